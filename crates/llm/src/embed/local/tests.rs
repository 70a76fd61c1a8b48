use std::collections::HashMap;
use std::fs;

use candle_core::{Device, Tensor};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

/// Words of the tiny model's vocabulary, after the four special tokens.
const WORDS: [&str; 8] = ["query", "passage", ":", "maria", "rag", "python", "react", "dashboard"];
const HIDDEN: usize = 8;
const WIDE: usize = 16;
const POSITIONS: usize = 20;

/// A folder with a tiny model of made-up weights, as the library would write it.
struct TinyFolder(TempDir);

impl TinyFolder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("config.json", &tiny_config());
        folder.write("tokenizer.json", &tiny_tokenizer());
        let kind = |name: &str| format!("sentence_transformers.models.{name}");
        let modules = json!([
            {"path": "", "type": kind("Transformer")},
            {"path": "1_Pooling", "type": kind("Pooling")},
            {"path": "2_Normalize", "type": kind("Normalize")},
        ]);
        folder.write("modules.json", &modules);
        folder.write("1_Pooling/config.json", &json!({"pooling_mode_mean_tokens": true}));
        folder.write_weights(HIDDEN, 0.0);
        folder
    }

    /// In a folder of its own below the temporary one, so that its name is known.
    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("tiny")
    }

    fn write(&self, file: &str, content: &Value) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.to_string()).unwrap();
    }

    /// Changes one field of a file.
    fn set(&self, file: &str, field: &str, value: Value) {
        let mut content: Value = serde_json::from_slice(&fs::read(self.path().join(file)).unwrap()).unwrap();
        content[field] = value;
        self.write(file, &content);
    }

    fn write_weights(&self, hidden: usize, shift: f32) {
        let mut tensors = HashMap::new();
        let mut add = |name: String, shape: &[usize]| {
            // A different wave for each tensor; any weights do, as long as tokens and places differ.
            let (count, seed) = (shape.iter().product::<usize>(), tensors.len() as f32 + 1.0 + shift);
            let numbers: Vec<f32> = (0..count).map(|index| (index as f32 * 0.7 + seed).sin() * 0.5).collect();
            tensors.insert(name, Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap());
        };
        add("embeddings.word_embeddings.weight".to_owned(), &[WORDS.len() + 4, hidden]);
        add("embeddings.position_embeddings.weight".to_owned(), &[POSITIONS, hidden]);
        add("embeddings.token_type_embeddings.weight".to_owned(), &[1, hidden]);
        let mut pair = |name: &str, outputs: usize, inputs: Option<usize>| {
            let weight: Vec<usize> = std::iter::once(outputs).chain(inputs).collect();
            add(format!("{name}.weight"), &weight);
            add(format!("{name}.bias"), &[outputs]);
        };
        pair("embeddings.LayerNorm", hidden, None);
        for part in ["self.query", "self.key", "self.value", "output.dense"] {
            pair(&format!("encoder.layer.0.attention.{part}"), hidden, Some(hidden));
        }
        pair("encoder.layer.0.attention.output.LayerNorm", hidden, None);
        pair("encoder.layer.0.intermediate.dense", WIDE, Some(hidden));
        pair("encoder.layer.0.output.dense", hidden, Some(WIDE));
        pair("encoder.layer.0.output.LayerNorm", hidden, None);
        candle_core::safetensors::save(&tensors, self.path().join("model.safetensors")).unwrap();
    }

    fn open(&self) -> LocalEmbedder {
        LocalEmbedder::open(&self.path()).unwrap()
    }

    fn error(&self) -> String {
        LocalEmbedder::open(&self.path()).unwrap_err().to_string()
    }
}

fn tiny_config() -> Value {
    json!({
        "model_type": "bert", "vocab_size": WORDS.len() + 4, "hidden_size": HIDDEN, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": WIDE, "hidden_act": "gelu", "pad_token_id": 0,
        "max_position_embeddings": POSITIONS, "type_vocab_size": 1, "layer_norm_eps": 1e-12,
    })
}

fn tiny_tokenizer() -> Value {
    let all = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].into_iter().chain(WORDS);
    let vocabulary: serde_json::Map<_, _> = all.enumerate().map(|(id, word)| (word.to_owned(), json!(id))).collect();
    let special = |id: &str| json!({"SpecialToken": {"id": id, "type_id": 0}});
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [special("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, special("[SEP]")],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {
                "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]},
            },
        },
        "decoder": null,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    })
}

async fn embed(embedder: &LocalEmbedder, texts: &[&str], role: EmbeddingRole) -> Vec<Vec<f32>> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    embedder.embed(&texts, role).await.unwrap().vectors
}

fn distance(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    tokens: usize,
    vector: Vec<f32>,
}

/// The folder with real weights, which `cargo xtask test` brings here.
#[expect(clippy::disallowed_methods, reason = "tests learn from the environment what is installed")]
fn real_weights() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("PORTAVOZ_TEST_WEIGHTS");
    if folder.is_none() {
        assert!(std::env::var_os("CI").is_none(), "`PORTAVOZ_TEST_WEIGHTS` is not set");
        eprintln!("skipped: no weights here; `cargo xtask test` brings them");
    }
    folder.map(Into::into)
}

#[tokio::test]
async fn vectors_of_a_real_model_equal_an_independent_computation() {
    let Some(folder) = real_weights() else { return };
    let reference: Reference = serde_json::from_str(include_str!("../../../tests/reference/minilm.json")).unwrap();
    let embedder = LocalEmbedder::open(&folder).unwrap();
    assert_eq!(embedder.dimensions(), 384);
    let texts: Vec<&str> = reference.cases.iter().map(|case| case.text.as_str()).collect();
    let vectors = embed(&embedder, &texts, EmbeddingRole::Passage).await;
    for (case, vector) in reference.cases.iter().zip(&vectors) {
        let tokens = embedder.inner.tokenizer.encode(case.text.as_str(), true).unwrap().len();
        assert_eq!(tokens, case.tokens, "{}", case.text);
        assert!(distance(vector, &case.vector) <= 1e-5, "{}: {}", case.text, distance(vector, &case.vector));
    }
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts_whatever_their_lengths() {
    let embedder = TinyFolder::new().open();
    let texts = ["maria rag python react dashboard", "rag", "", "maria python", "react"];
    let together = embed(&embedder, &texts, EmbeddingRole::Passage).await;
    for (text, vector) in texts.iter().zip(&together) {
        let alone = embed(&embedder, &[text], EmbeddingRole::Passage).await;
        assert!(distance(vector, &alone[0]) < 1e-6, "{text}");
        let length: f32 = vector.iter().map(|number| number * number).sum();
        assert!((length - 1.0).abs() < 1e-5, "{text}: {length}");
    }
    assert!(distance(&together[0], &together[1]) > 1e-3, "different texts have different vectors");
}

#[tokio::test]
async fn many_texts_are_split_into_batches_and_none_is_lost() {
    let embedder = TinyFolder::new().open();
    let texts: Vec<&str> = (0..2 * BATCH_TEXTS + 1).map(|place| WORDS[place % WORDS.len()]).collect();
    let vectors = embed(&embedder, &texts, EmbeddingRole::Passage).await;
    assert_eq!(vectors.len(), texts.len());
    assert!(vectors.iter().all(|vector| vector.len() == HIDDEN));
    assert!(embed(&embedder, &[], EmbeddingRole::Query).await.is_empty());
}

#[tokio::test]
async fn a_text_is_cut_at_the_longest_input() {
    let folder = TinyFolder::new();
    folder.write("sentence_bert_config.json", &json!({"max_seq_length": 8}));
    let embedder = folder.open();
    // Eight tokens with the two special ones, so six words count.
    let (long, cut) = ("rag maria rag maria rag maria python react", "rag maria rag maria rag maria");
    let vectors = embed(&embedder, &[long, cut], EmbeddingRole::Passage).await;
    assert!(distance(&vectors[0], &vectors[1]) < 1e-6);
}

#[tokio::test]
async fn prompts_of_the_folder_are_put_before_the_text() {
    let folder = TinyFolder::new();
    let plain = folder.open();
    folder
        .write("config_sentence_transformers.json", &json!({"prompts": {"query": "query: ", "document": "passage: "}}));
    let prompted = folder.open();
    for (role, text) in [(EmbeddingRole::Query, "query: rag"), (EmbeddingRole::Passage, "passage: rag")] {
        let expected = embed(&plain, &[text], role).await;
        let seen = embed(&prompted, &["rag"], role).await;
        assert!(distance(&seen[0], &expected[0]) < 1e-6, "{role:?}");
    }
    assert_ne!(plain.name(), prompted.name(), "other prompts give other vectors");
}

#[test]
fn a_model_of_the_e5_family_gets_its_prompts_if_its_files_lack_them() {
    for (origin, query) in [("intfloat/multilingual-e5-small", "query: "), ("example/made5-base", "")] {
        let folder = TinyFolder::new();
        folder.set("config.json", "_name_or_path", json!(origin));
        assert_eq!(folder.open().inner.query_prefix, query, "{origin}");
    }
}

#[tokio::test]
async fn pooling_and_positions_are_the_models_own() {
    let text = ["maria rag python"];
    let mean = embed(&TinyFolder::new().open(), &text, EmbeddingRole::Passage).await;

    let by_first = TinyFolder::new();
    by_first.write("1_Pooling/config.json", &json!({"pooling_mode_cls_token": true}));
    let first = embed(&by_first.open(), &text, EmbeddingRole::Passage).await;
    assert!(distance(&mean[0], &first[0]) > 1e-3);

    let roberta = TinyFolder::new();
    roberta.set("config.json", "model_type", json!("xlm-roberta"));
    let shifted = roberta.open();
    assert!(distance(&mean[0], &embed(&shifted, &text, EmbeddingRole::Passage).await[0]) > 1e-4);
    // The place before the first is the padding's, so the longest input is one shorter.
    let longest = shifted.inner.tokenizer.get_truncation().map(|cut| cut.max_length);
    assert_eq!(longest, Some(POSITIONS - 1));
}

#[test]
fn the_name_tells_models_apart() {
    let (one, same, other) = (TinyFolder::new(), TinyFolder::new(), TinyFolder::new());
    other.write_weights(HIDDEN, 0.5);
    assert!(one.open().name().starts_with("tiny-"), "{}", one.open().name());
    assert_eq!(one.open().name(), same.open().name());
    assert_ne!(one.open().name(), other.open().name());
    assert_eq!(one.open().price_per_million(), Some(0));
}

/// A change that spoils a folder.
type Spoil = fn(&TinyFolder);

#[test]
fn a_folder_that_cannot_be_computed_is_refused_with_the_reason() {
    let cases: [(Spoil, &str); 12] = [
        (|folder| fs::remove_file(folder.path().join("config.json")).unwrap(), "config.json` cannot be read"),
        (|folder| fs::remove_file(folder.path().join("modules.json")).unwrap(), "modules.json` cannot be read"),
        (
            |folder| fs::remove_file(folder.path().join("model.safetensors")).unwrap(),
            "model.safetensors` cannot be read",
        ),
        (|folder| fs::write(folder.path().join("config.json"), "{").unwrap(), "config.json` is not understood"),
        (|folder| fs::write(folder.path().join("tokenizer.json"), "{}").unwrap(), "tokenizer.json` is not understood"),
        (|folder| folder.set("config.json", "model_type", json!("mpnet")), "model type `mpnet` is not supported"),
        (|folder| folder.set("config.json", "hidden_act", json!("swish")), "activation `swish` is not supported"),
        (
            |folder| folder.set("config.json", "position_embedding_type", json!("relative_key")),
            "position embedding `relative_key` is not supported",
        ),
        (|folder| folder.set("config.json", "num_attention_heads", json!(3)), "not a multiple"),
        (
            |folder| folder.write("1_Pooling/config.json", &json!({"pooling_mode_max_tokens": true})),
            "pooling other than by mean or by first token is not supported",
        ),
        (|folder| folder.set("config.json", "vocab_size", json!(4)), "token `11`, but the model has only 4"),
        (|folder| folder.write_weights(HIDDEN + 2, 0.0), "the weights do not fit `config.json`"),
    ];
    for (spoil, expected) in cases {
        let folder = TinyFolder::new();
        spoil(&folder);
        assert!(folder.error().contains(expected), "expected `{expected}`, got `{}`", folder.error());
    }
}

#[test]
fn a_module_that_would_change_the_vectors_is_refused() {
    let folder = TinyFolder::new();
    let kind = |name: &str| format!("sentence_transformers.models.{name}");
    let modules = json!([{"path": "1_Pooling", "type": kind("Pooling")}, {"path": "2_Dense", "type": kind("Dense")}]);
    folder.write("modules.json", &modules);
    assert!(folder.error().contains("a module of type `sentence_transformers.models.Dense`"), "{}", folder.error());
}

#[test]
fn cut_weights_are_refused() {
    let folder = TinyFolder::new();
    let file = folder.path().join("model.safetensors");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    assert!(folder.error().starts_with("the weights do not fit"), "{}", folder.error());
}
