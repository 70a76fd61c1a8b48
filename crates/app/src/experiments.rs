//! Live experiments: starting one, changing and ending it, and shipping what won.
//!
//! An experiment is changed here ([`start`], [`set_shares`], [`stop`], [`ship`], [`archive`]), by any process; the others
//! come to know it within a minute ([`refresh`]). Visitors are assigned in [`enrolment`], what became of them is read by
//! [`judge`], [`plan`] says before the start how long it will take, and [`guard`] stops what harms. One experiment of a
//! site is in force at a time: running, or with a variant shipped.

use portavoz_domain::experiment::{Arm, Design, Experiment, ExperimentState, MOST_ARMS, Shares, WHOLE};
use portavoz_domain::ids::ExperimentId;
use portavoz_domain::variation::{CONTROL, InvalidName, VariantName, Variation};
use portavoz_storage::{StorageError, StoredExperiment};
use serde::Deserialize;

use crate::clock::id_bytes;
use crate::site::Site;
use crate::variant::VariantError;

pub mod enrolment;
mod figures;
pub mod guard;
pub mod judge;
mod people;
pub mod plan;
mod standing;
mod words;

pub use people::is_program;
pub use standing::{Shipped, refresh, shipped};
pub(crate) use standing::{Standing, way};

/// Experiments that are listed and looked through at most.
const LISTED: u32 = 1_000;
/// Tries of a change that others are faster with.
const TRIES: usize = 8;
/// Bytes of the salt that makes an experiment's assignment its own.
const SALT_BYTES: usize = 10;

/// Whether there are experiments, and what they may do by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExperimentSettings {
    /// False answers every visitor as configured, whatever runs or was shipped.
    pub enabled: bool,
    /// Whether an experiment is stopped when a guardrail is certainly broken.
    pub auto_stop: bool,
}

impl Default for ExperimentSettings {
    fn default() -> Self {
        Self { enabled: true, auto_stop: true }
    }
}

/// An experiment as its owner wants it; what a file or a request says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// As the owner calls it.
    pub name: String,
    /// What is tried besides the control, which is the site as configured.
    pub variants: Vec<Arm>,
    /// Parts of the visitors in thousandths, the control's first; equal ones if nothing is said.
    pub shares: Option<Vec<u32>>,
    /// How it is judged.
    #[serde(default)]
    pub design: Design,
    /// What the owner notes about it.
    #[serde(default)]
    pub note: String,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The owner switched experiments off.
    #[error("experiments are switched off")]
    SwitchedOff,
    /// What is wanted cannot be.
    #[error("{0}")]
    Invalid(String),
    /// A variant cannot be tried.
    #[error("variant `{name}`: {cause}")]
    Variant {
        /// Which.
        name: VariantName,
        /// Why.
        cause: VariantError,
    },
    /// There is no such experiment.
    #[error("there is no experiment `{0}`")]
    Unknown(String),
    /// Another experiment is in the way.
    #[error("{0}")]
    InTheWay(String),
    /// It is not in a state in which that can be done.
    #[error("experiment `{name}` is {state}")]
    State {
        /// Which.
        name: VariantName,
        /// Where it stands.
        state: ExperimentState,
        /// What can be done instead.
        hint: &'static str,
    },
    /// The database said no.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<StorageError> for ExperimentError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict(why) => Self::InTheWay(why),
            other => Self::Storage(other),
        }
    }
}

impl From<InvalidName> for ExperimentError {
    fn from(error: InvalidName) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl ExperimentError {
    /// A stable short name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SwitchedOff => "experiments_off",
            Self::Invalid(_) => "invalid_experiment",
            Self::Variant { cause, .. } => cause.code(),
            Self::Unknown(_) => "experiment_not_found",
            Self::InTheWay(_) => "experiment_in_the_way",
            Self::State { .. } => "wrong_experiment_state",
            Self::Storage(_) => "storage_unavailable",
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::SwitchedOff => Some("set `experiments.enabled = true` and start again"),
            Self::Unknown(_) => Some("`portavoz experiment list` names them"),
            Self::InTheWay(_) => Some("stop or archive that one first, or choose another name"),
            Self::State { hint, .. } => Some(hint),
            Self::Invalid(_) | Self::Variant { .. } | Self::Storage(_) => None,
        }
    }
}

/// Shorthand of this module.
pub type Result<T, E = ExperimentError> = std::result::Result<T, E>;

/// Starts an experiment: from now on visitors are assigned. Whoever calls has shown its [`plan`] to the owner.
pub async fn start(site: &Site, draft: &Draft) -> Result<Experiment> {
    let (arms, shares) = check(site, draft)?;
    let started = site.now();
    let mut salt = [0; SALT_BYTES];
    site.parts.entropy.fill(&mut salt);
    let experiment = Experiment {
        site: site.id().clone(),
        id: ExperimentId::mint(started, id_bytes(site.parts.entropy.as_ref())),
        name: VariantName::parse(&draft.name)?,
        state: ExperimentState::Running,
        salt: hexadecimal(&salt),
        arms,
        shares: vec![Shares { from: started, per_mille: shares }],
        design: draft.design,
        started,
        ended: None,
        shipped: None,
        note: draft.note.trim().to_owned(),
    };
    site.storage().experiments().create(&experiment).await?;
    refresh(site).await?;
    tracing::info!(site = %site.id(), experiment = %experiment.name, "an experiment begins");
    Ok(experiment)
}

/// Checks a draft and completes it: all arms, the control first, and their shares.
pub fn check(site: &Site, draft: &Draft) -> Result<(Vec<Arm>, Vec<u32>)> {
    if !site.settings().experiments.enabled {
        return Err(ExperimentError::SwitchedOff);
    }
    VariantName::parse(&draft.name)?;
    let invalid = |why: String| Err(ExperimentError::Invalid(why));
    if draft.variants.is_empty() || draft.variants.len() >= MOST_ARMS {
        return invalid(format!("an experiment has 1 to {} variants besides the control", MOST_ARMS - 1));
    }
    for (place, arm) in draft.variants.iter().enumerate() {
        if arm.name.is_control() || draft.variants.iter().take(place).any(|other| other.name == arm.name) {
            return invalid(format!("`{}` stands for one variant already: give each a name of its own", arm.name));
        }
        if arm.variation.is_control() {
            return invalid(format!("variant `{}` differs in nothing from the configuration", arm.name));
        }
        site.variant(&arm.variation).map_err(|cause| ExperimentError::Variant { name: arm.name.clone(), cause })?;
    }
    check_design(&draft.design)?;
    let control = Arm { name: VariantName::parse(CONTROL)?, variation: Variation::default() };
    let arms: Vec<Arm> = std::iter::once(control).chain(draft.variants.iter().cloned()).collect();
    let shares = draft.shares.clone().unwrap_or_else(|| equal_shares(arms.len()));
    check_shares(&shares, arms.len())?;
    Ok((arms, shares))
}

fn check_design(design: &Design) -> Result<()> {
    let guardrails = design.guardrails;
    let fractions = [
        ("alpha", design.alpha, 0.001..=0.5),
        ("effect", design.effect, 0.01..=0.9),
        ("slow_margin", guardrails.slow_margin, 0.0..=1.0),
        ("withheld_margin", guardrails.withheld_margin, 0.0..=1.0),
        ("thumbs_margin", guardrails.thumbs_margin, 0.0..=1.0),
        ("cost_ratio", guardrails.cost_ratio, 1.0..=1_000.0),
        ("horizon", f64::from(design.horizon), 100.0..=20_000.0),
    ];
    for (key, value, allowed) in fractions {
        if !allowed.contains(&value) {
            let (least, most) = (allowed.start(), allowed.end());
            return Err(ExperimentError::Invalid(format!("`{key}` is {value}; it must be from {least} to {most}")));
        }
    }
    Ok(())
}

fn check_shares(shares: &[u32], arms: usize) -> Result<()> {
    let whole: u64 = shares.iter().map(|share| u64::from(*share)).sum();
    if shares.len() == arms && whole == u64::from(WHOLE) {
        return Ok(());
    }
    let why =
        format!("the shares are {shares:?}; they must be {arms} numbers that come to {WHOLE}, the control's first");
    Err(ExperimentError::Invalid(why))
}

/// As equal as thousandths can be; the control gets what is left over.
fn equal_shares(arms: usize) -> Vec<u32> {
    let arms = u32::try_from(arms.max(1)).unwrap_or(u32::MAX);
    let one = WHOLE / arms;
    std::iter::once(WHOLE - one * (arms - 1)).chain((1..arms).map(|_| one)).collect()
}

/// All experiments, newest first.
pub async fn list(site: &Site) -> Result<Vec<Experiment>> {
    let all = site.storage().experiments().list(site.id(), LISTED).await?;
    Ok(all.into_iter().map(|stored| stored.experiment).collect())
}

/// The experiment of this id or name; of several of a name the one that is not archived, otherwise the newest.
pub async fn find(site: &Site, wanted: &str) -> Result<Experiment> {
    Ok(find_stored(site, wanted).await?.experiment)
}

async fn find_stored(site: &Site, wanted: &str) -> Result<StoredExperiment> {
    let experiments = site.storage().experiments();
    if let Ok(id) = ExperimentId::parse(wanted)
        && let Some(found) = experiments.find(site.id(), id).await?
    {
        return Ok(found);
    }
    let all = experiments.list(site.id(), LISTED).await?;
    let named = || all.iter().filter(|stored| stored.experiment.name.as_str() == wanted);
    let found = named().find(|stored| stored.experiment.state != ExperimentState::Archived).or(named().next());
    found.cloned().ok_or_else(|| ExperimentError::Unknown(wanted.chars().take(80).collect()))
}

/// New visitors get the arms in these shares from now on; who has an arm keeps it.
pub async fn set_shares(site: &Site, wanted: &str, shares: &[u32]) -> Result<Experiment> {
    change(site, wanted, |experiment, now| {
        expect(experiment, &[ExperimentState::Running], "shares matter only while it runs")?;
        check_shares(shares, experiment.arms.len())?;
        experiment.shares.push(Shares { from: now, per_mille: shares.to_vec() });
        Ok(())
    })
    .await
}

/// Ends an experiment, or takes back what was shipped: everybody gets the configured way again, at once in this process
/// and within a minute in the others.
pub async fn stop(site: &Site, wanted: &str) -> Result<Experiment> {
    change(site, wanted, |experiment, now| {
        let stoppable = [ExperimentState::Running, ExperimentState::Shipped];
        expect(experiment, &stoppable, "it is over already: nothing of it is in force")?;
        experiment.state = ExperimentState::Stopped;
        experiment.ended = experiment.ended.or(Some(now));
        experiment.shipped = None;
        Ok(())
    })
    .await
}

/// Ends an experiment and answers everybody in the way of one of its variants, until that is taken back.
pub async fn ship(site: &Site, wanted: &str, arm: &str) -> Result<Experiment> {
    change(site, wanted, |experiment, now| {
        let shippable = [ExperimentState::Running, ExperimentState::Stopped];
        expect(experiment, &shippable, "stop it first, to ship another variant of it")?;
        let found = VariantName::parse(arm).ok().filter(|name| experiment.arm(name).is_some());
        let name = found.ok_or_else(|| ExperimentError::Invalid(format!("it has no variant `{arm}`")))?;
        if name.is_control() {
            let why = "the control is the configuration: `portavoz experiment stop` goes back to it";
            return Err(ExperimentError::Invalid(why.to_owned()));
        }
        experiment.state = ExperimentState::Shipped;
        experiment.ended = experiment.ended.or(Some(now));
        experiment.shipped = Some(name);
        Ok(())
    })
    .await
}

/// Puts an experiment away and forgets who was in it. Its figures stay.
pub async fn archive(site: &Site, wanted: &str) -> Result<Experiment> {
    let experiment = change(site, wanted, |experiment, _| {
        let archivable = [ExperimentState::Stopped, ExperimentState::Shipped, ExperimentState::Archived];
        expect(experiment, &archivable, "stop it first")?;
        experiment.state = ExperimentState::Archived;
        Ok(())
    })
    .await?;
    site.storage().experiments().forget_subjects(site.id(), experiment.id).await?;
    site.storage().privacy().scrub().await?;
    Ok(experiment)
}

fn expect(experiment: &Experiment, states: &[ExperimentState], hint: &'static str) -> Result<()> {
    if states.contains(&experiment.state) {
        return Ok(());
    }
    Err(ExperimentError::State { name: experiment.name.clone(), state: experiment.state, hint })
}

/// Reads, changes and writes an experiment; reads again if somebody else was faster.
async fn change(
    site: &Site,
    wanted: &str,
    edit: impl Fn(&mut Experiment, portavoz_domain::timestamp::Timestamp) -> Result<()>,
) -> Result<Experiment> {
    for _ in 0..TRIES {
        let StoredExperiment { mut experiment, version } = find_stored(site, wanted).await?;
        edit(&mut experiment, site.now())?;
        if site.storage().experiments().change(version, &experiment).await? {
            refresh(site).await?;
            tracing::info!(site = %site.id(), experiment = %experiment.name, state = %experiment.state, "an experiment was changed");
            return Ok(experiment);
        }
    }
    Err(ExperimentError::InTheWay("others change the experiment all the time; try again".to_owned()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
