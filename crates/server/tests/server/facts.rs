//! `GET /api/admin/facts` and `GET /api/admin/contradictions`.

use serde_json::{Value, json};

use super::support::{ADMIN, TestApp, error};

async fn owners(app: &TestApp, path: &str) -> Value {
    let request = app.request(reqwest::Method::GET, path).bearer_auth(ADMIN);
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn facts_name_their_place_and_disagreements_both_sides() {
    let app = TestApp::start().await;
    assert_eq!(owners(&app, "/api/admin/contradictions").await, json!({ "contradictions": [] }));
    for (name, end) in [("cv.md", "2022"), ("web.md", "2023")] {
        let text = format!("# {name}\n\n## Experiencia\n\n**Analista**, Taller Numérico — 2019 – {end}\n");
        app.site.write(name, &text);
    }
    app.site.ingest().await;
    let facts = owners(&app, "/api/admin/facts").await;
    let of_cv = facts["facts"].as_array().unwrap().iter().find(|fact| fact["document"] == "cv.md").unwrap();
    assert_eq!(of_cv["statement"]["kind"], "employment", "{facts}");
    assert_eq!(of_cv["statement"]["organisation"], "Taller Numérico", "{facts}");
    assert!(of_cv["quote"].as_str().unwrap().contains("2022"), "{facts}");

    let found = owners(&app, "/api/admin/contradictions").await;
    let contradictions = found["contradictions"].as_array().unwrap();
    assert_eq!(contradictions.len(), 1, "{found}");
    let one = &contradictions[0];
    assert_eq!((one["subject"].as_str(), one["about"].as_str()), (Some("job_end"), Some("Taller Numérico")));
    assert_eq!((one["left"]["says"].as_str(), one["right"]["says"].as_str()), (Some("2022"), Some("2023")));
    assert_eq!((one["left"]["document"].as_str(), one["right"]["document"].as_str()), (Some("cv.md"), Some("web.md")));
    assert!(one["right"]["quote"].as_str().unwrap().contains("2023"), "{found}");
    app.finish().await;
}

#[tokio::test]
async fn strangers_read_neither() {
    let app = TestApp::start().await;
    for path in ["/api/admin/facts", "/api/admin/contradictions"] {
        assert_eq!(error(app.get(path).await).await, (401, "unauthorized".to_owned()), "{path}");
    }
    app.finish().await;
}
