//! `portavoz serve`: answers visitors over HTTP until it is told to stop.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use anyhow::Context;
use portavoz_app::clock::Entropy;
use portavoz_app::lifecycle;
use portavoz_server::{AdminToken, AppState, ServerSettings};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Ending, Invocation, ready, wait_for};
use crate::assemble::{self, Assembled};
use crate::cli::Serve;
use crate::config::load::FlagValue;
use crate::config::place::shown;
use crate::config::server::ServerSettings as Configured;
use crate::config::sheet::sheet;
use crate::config::{Loaded, Settings};
use crate::failure::Failure;
use crate::logging::Audience;
use crate::output::{Output, bold, counted};
use crate::runtime::SystemEntropy;
use crate::{upkeep, watch};

/// Ports tried after the default one, if that is taken and none was asked for.
const PORTS_TRIED: u16 = 20;
/// The name under which the hash of the owner's token is kept.
const ADMIN_TOKEN: &str = "admin-token";

/// Serves.
pub fn run(invocation: &Invocation, args: &Serve) -> anyhow::Result<Ending> {
    let listen = args.listen.clone().map(|address| FlagValue {
        flag: "--listen",
        key: "server.listen",
        value: toml::Value::String(address),
    });
    let flags: Vec<FlagValue> = listen.into_iter().collect();
    let loaded = invocation.load(args.site_dir.as_deref(), &flags, Audience::Service)?;
    wait_for(serve(&loaded, &invocation.output))
}

async fn serve(loaded: &Loaded, output: &Output) -> anyhow::Result<Ending> {
    let settings = &loaded.settings;
    // Signals are caught from here on, so that one during the first ingest stops it too.
    let mut signals = Signals::new()?;
    let listener = bind(&settings.server, output).await?;
    let assembled = assemble::open(settings).await?;
    tokio::select! {
        ready = ready(&assembled.site, settings, output) => ready?,
        () = signals.next() => {
            assembled.close().await;
            return Ok(Ending::Fine);
        }
    }
    let admin = admin_token(&assembled, settings, output).await?;
    let state = AppState::new(Arc::clone(&assembled.site), server_settings(loaded), admin);

    let stopping = CancellationToken::new();
    let tasks = TaskTracker::new();
    let folder = settings.knowledge.watch.then_some(settings.knowledge.folder.as_path());
    // What was edited while nobody served is made up for beside the first answers.
    tasks.spawn(watch::keep_up(Arc::clone(&assembled.site), folder, stopping.clone()));
    upkeep::start(upkeep::jobs(&assembled.site), &tasks, &stopping);
    if let Some(card) = assembled.cards.first().cloned() {
        tasks.spawn_blocking(move || portavoz_llm::tokens::preload(&card));
    }

    announce(&assembled, settings, listener.local_addr()?, output)?;
    let asked_to_stop = stopping.clone();
    let serving = portavoz_server::serve(listener, state, async move { asked_to_stop.cancelled().await });
    let stop = async {
        signals.next().await;
        tracing::info!("stopping: running answers may end; a second signal stops at once");
        stopping.cancel();
        signals.next().await;
    };
    let served = tokio::select! {
        () = serving => Ok(Ending::Fine),
        () = stop => Err(Failure::internal("stopped before running answers had ended").into()),
    };
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
    assembled.storage.close().await;
    served
}

/// Listens at the configured address; at the next free port if the default one is taken and none was asked for.
async fn bind(configured: &Configured, output: &Output) -> anyhow::Result<TcpListener> {
    let wanted = configured.listen;
    let first = match TcpListener::bind(wanted).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => error,
        bound => return bound.with_context(|| cannot_listen(wanted)),
    };
    if configured.listen_was_asked_for {
        return Err(anyhow::Error::new(first).context(cannot_listen(wanted)));
    }
    for port in (1..=PORTS_TRIED).filter_map(|step| wanted.port().checked_add(step)) {
        if let Ok(listener) = TcpListener::bind((wanted.ip(), port)).await {
            output.remark(format_args!("port {} is taken, so this is port {port}", wanted.port()));
            return Ok(listener);
        }
    }
    Err(anyhow::Error::new(first).context(cannot_listen(wanted)))
}

fn cannot_listen(address: SocketAddr) -> Failure {
    Failure::user(format!("cannot listen on `{address}`")).hint("name another address with `--listen 127.0.0.1:8081`")
}

/// The owner's token: from the environment, otherwise as stored, otherwise made now and shown once.
async fn admin_token(assembled: &Assembled, settings: &Settings, output: &Output) -> anyhow::Result<AdminToken> {
    if let Some(token) = &settings.admin_token {
        return Ok(AdminToken::from_token(token.expose_secret()));
    }
    let mut bytes = [0; 24];
    SystemEntropy.fill(&mut bytes);
    let token = format!("pvz_{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let fresh = AdminToken::from_token(&token);
    let secrets = assembled.storage.secrets();
    let stored = secrets.get_or_insert(assembled.site.id(), ADMIN_TOKEN, fresh.hash()).await?;
    if stored == fresh.hash() {
        output.notice(format_args!(
            "the owner's token, shown only now: {}\n  (`PORTAVOZ_ADMIN_TOKEN` sets one of your own)",
            bold().for_stderr().apply_to(&token)
        ));
    }
    AdminToken::from_hash(&stored).ok_or_else(|| {
        Failure::internal("the stored owner's token is damaged").hint("set `PORTAVOZ_ADMIN_TOKEN`").into()
    })
}

fn server_settings(loaded: &Loaded) -> ServerSettings {
    let settings = &loaded.settings;
    let server = &settings.server;
    let mut allowed_origins = server.allowed_origins.clone();
    // Behind a proxy that rewrites `Host`, pages of ours come from the public address.
    let public = server.public_url.as_deref().and_then(|url| reqwest::Url::parse(url).ok());
    allowed_origins.extend(public.map(|url| url.origin().ascii_serialization()));
    let limit = |per_minute| NonZeroU32::new(per_minute).filter(|_| settings.rate.enabled);
    ServerSettings {
        allowed_origins,
        public_url: server.public_url.clone(),
        trusted_proxies: server.trusted_proxies.clone(),
        max_body_bytes: server.max_body_bytes,
        per_visitor_per_minute: limit(settings.rate.per_visitor_per_minute),
        per_address_per_minute: limit(settings.rate.per_address_per_minute),
        limit_messages: settings.rate.enabled,
        public_metrics: settings.public_metrics,
        shutdown_grace: server.shutdown_grace,
        sheet: Arc::new(sheet(loaded)),
        ..ServerSettings::default()
    }
}

/// Says what is served, where, and what to do next.
fn announce(assembled: &Assembled, settings: &Settings, address: SocketAddr, output: &Output) -> io::Result<()> {
    let what = match (assembled.site.contact().name, settings.place.demo) {
        (Some(name), true) => format!("the demo portfolio of {name}"),
        (Some(name), false) => format!("the portfolio of {name}"),
        (None, _) => "a portfolio without its owner's name (`owner.name`)".to_owned(),
    };
    let who = match assembled.site.first_model() {
        Some(model) => format!("answers by {model}"),
        None => "answers quoted from the documents, no model".to_owned(),
    };
    let documents = assembled.site.index().counts();
    output.remark(format_args!(
        "\n{} · {}, {} · {who}",
        bold().for_stderr().apply_to(what),
        counted(documents.documents, "document"),
        counted(documents.chunks, "passage")
    ));
    let open = settings.server.public_url.clone().unwrap_or_else(|| format!("http://{}", reachable(address)));
    output.line(format_args!("listening on http://{address}"))?;
    output.remark(format_args!("open {}   (stop with Ctrl-C)", bold().for_stderr().underlined().apply_to(open)));
    for warning in lifecycle::warnings(&assembled.site) {
        output.remark(format_args!("{} {}", console::style("!").for_stderr().yellow().bold(), warning.message));
    }
    if documents.documents == 0 {
        let folder = shown(&settings.knowledge.folder);
        output.remark(format_args!("there is nothing to answer from yet: put documents into `{folder}`"));
    }
    if settings.place.demo {
        output.remark("make your own: `portavoz init my-portfolio`, then `portavoz serve my-portfolio`");
    }
    if assembled.cards.is_empty() && settings.place.demo {
        output.remark("with `OPENAI_API_KEY` set, gpt-4o-mini words the answers");
    }
    Ok(())
}

/// An address that a browser on this machine can open: "all addresses" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The ways in which a process is asked to stop.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one.
    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        // Without signals the process can only be ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
