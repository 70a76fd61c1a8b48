//! The plan of a run: what is to be asked of whom, what is known already, and what the rest costs. Nobody is asked yet,
//! and nothing is written.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use portavoz_domain::cases::{Case, document_of};
use portavoz_domain::evaluation::{CaseResult, Run, RunState, Target, grade};
use portavoz_domain::ids::DocumentId;
use portavoz_storage::StorageError;

use super::asking::hindrance;
use super::costs::{self, Costs};
use super::key;
use crate::ask::rehearsal::Knowledge;
use crate::site::{Site, SiteError};
use crate::variant::{Variant, VariantError};

/// What somebody wants to know.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// As the owner calls the run.
    pub name: String,
    /// What is asked; ids must be unique.
    pub cases: Vec<Case>,
    /// Of whom; names must be unique.
    pub targets: Vec<Target>,
    /// True to take no reply of earlier runs, and to go on with none.
    pub fresh: bool,
}

/// Why there is no plan, or why a run broke off.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// Nothing to ask.
    #[error("there are no cases to ask")]
    NoCases,
    /// Nobody to ask.
    #[error("there are no targets to ask")]
    NoTargets,
    /// Two cases have one id, so their results could not be told apart.
    #[error("two cases are called `{0}`")]
    Twice(String),
    /// A target cannot be tried.
    #[error("the target `{target}` cannot be tried: {source}")]
    Variant {
        /// Its name.
        target: String,
        /// Why.
        source: VariantError,
    },
    /// A case is no question that can be asked.
    #[error("the case `{case}` cannot be asked: {cause}")]
    Case {
        /// Its id.
        case: String,
        /// Why, for people.
        cause: String,
    },
    /// A batch cannot be handed in or taken back.
    #[error("the batch: {0}")]
    Batch(String),
    /// The site cannot answer.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The database said no; what was recorded before stays.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// One question to one target.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// Places in the run's cases and targets.
    pub(super) case: usize,
    pub(super) target: usize,
    pub(super) key: String,
    pub(super) costs: Costs,
}

/// What is to be asked.
#[derive(Debug)]
pub struct Plan {
    /// The run, not yet begun unless it is gone on with.
    pub run: Run,
    /// True if a run that was left half way is gone on with.
    pub resumed: bool,
    /// Results that the run has already.
    pub done: Vec<CaseResult>,
    /// Replies of earlier runs, graded by today's cases; free of charge.
    pub reused: Vec<CaseResult>,
    /// What the rest costs.
    pub costs: Costs,
    /// What is odd about the cases, for people; they are asked all the same.
    pub remarks: Vec<String>,
    pub(super) questions: Vec<Question>,
    /// Those of the targets, in their order.
    pub(super) variants: Vec<Arc<Variant>>,
    /// What each case is answered from, by the documents that are left out.
    pub(super) knowledge: HashMap<Vec<String>, Knowledge>,
}

impl Plan {
    /// How many questions are left to ask.
    pub fn left(&self) -> usize {
        self.questions.len()
    }

    /// How many results there will be.
    pub fn total(&self) -> usize {
        self.run.cases.len() * self.run.targets.len()
    }

    /// Of those left to ask, the questions to models.
    pub fn paid(&self) -> usize {
        self.questions.iter().filter(|question| !question.costs.is_free()).count()
    }

    pub(super) fn knowledge_of(&self, case: &Case) -> Option<&Knowledge> {
        self.knowledge.get(&left_out(case))
    }
}

/// Plans a run. An unfinished run of the same cases, targets and knowledge is gone on with.
pub async fn plan(site: &Arc<Site>, wanted: Wanted) -> Result<Plan, EvaluationError> {
    check(&wanted)?;
    let variants = variants(site, &wanted.targets)?;
    let knowledge = knowledge(site, &wanted.cases).await?;
    let whole = site.knowledge();
    let mut questions = Vec::with_capacity(wanted.cases.len() * variants.len());
    for (case_place, case) in wanted.cases.iter().enumerate() {
        let known = knowledge.get(&left_out(case)).unwrap_or(&whole);
        for (target, variant) in variants.iter().enumerate() {
            let key = key::of_reply(site, variant, case, known.hash());
            let costs = costs::of_case(site, variant, case, known);
            questions.push(Question { case: case_place, target, key, costs });
        }
    }
    let keys: Vec<&str> = questions.iter().map(|question| question.key.as_str()).collect();
    let plan_key = key::of_plan(&wanted.cases, &wanted.targets, &keys, whole.hash());
    let unfinished = if wanted.fresh { None } else { unfinished(site, &plan_key).await? };
    let remarks = remarks(&wanted.cases, &whole);
    let resumed = unfinished.is_some();
    let (run, done) = match unfinished {
        Some((run, done)) => (run, done),
        None => (new_run(site, &wanted, plan_key, &whole), Vec::new()),
    };
    let asked: HashSet<(&str, &str)> =
        done.iter().map(|result| (result.case.as_str(), result.target.as_str())).collect();
    questions.retain(|question| {
        let (case, target) = (run.cases.get(question.case), run.targets.get(question.target));
        case.zip(target).is_some_and(|(case, target)| !asked.contains(&(case.id.as_str(), target.name.as_str())))
    });
    let reused = if wanted.fresh { Vec::new() } else { reuse(site, &run, &mut questions).await? };
    let costs = questions.iter().fold(Costs::default(), |sum, question| sum.plus(question.costs));
    Ok(Plan { run, resumed, done, reused, costs, remarks, questions, variants, knowledge })
}

fn check(wanted: &Wanted) -> Result<(), EvaluationError> {
    if wanted.cases.is_empty() {
        return Err(EvaluationError::NoCases);
    }
    if wanted.targets.is_empty() {
        return Err(EvaluationError::NoTargets);
    }
    let mut ids = BTreeSet::new();
    match wanted.cases.iter().find(|case| !ids.insert(case.id.as_str())) {
        Some(case) => Err(EvaluationError::Twice(case.id.clone())),
        None => Ok(()),
    }
}

fn variants(site: &Site, targets: &[Target]) -> Result<Vec<Arc<Variant>>, EvaluationError> {
    let variant = |target: &Target| {
        let made = site.variant(&target.variation);
        made.map(|variant| Arc::new(variant.alone()))
            .map_err(|source| EvaluationError::Variant { target: target.name.to_string(), source })
    };
    targets.iter().map(variant).collect()
}

/// The documents that a case leaves out, in one order.
fn left_out(case: &Case) -> Vec<String> {
    let documents: BTreeSet<&String> = case.without.iter().collect();
    documents.into_iter().cloned().collect()
}

/// What cases are answered from; each set of documents is indexed once.
async fn knowledge(site: &Site, cases: &[Case]) -> Result<HashMap<Vec<String>, Knowledge>, EvaluationError> {
    let mut all = HashMap::new();
    for case in cases {
        let without = left_out(case);
        if all.contains_key(&without) {
            continue;
        }
        let documents: Vec<DocumentId> = without.iter().map(DocumentId::new).collect();
        let known = if documents.is_empty() { site.knowledge() } else { site.knowledge_without(&documents).await? };
        all.insert(without, known);
    }
    Ok(all)
}

async fn unfinished(site: &Site, plan: &str) -> Result<Option<(Run, Vec<CaseResult>)>, EvaluationError> {
    let runs = site.storage().evaluations();
    let Some(id) = runs.unfinished(site.id(), plan).await? else { return Ok(None) };
    let Some(run) = runs.run(site.id(), id).await? else { return Ok(None) };
    let results = runs.results(site.id(), id).await?;
    // What a model failed to answer is asked again.
    let done = results.into_iter().filter(|result| hindrance(&result.reply).is_none()).collect();
    Ok(Some((run, done)))
}

fn new_run(site: &Site, wanted: &Wanted, plan: String, whole: &Knowledge) -> Run {
    Run {
        site: site.id().clone(),
        id: site.new_run(),
        name: wanted.name.clone(),
        plan,
        state: RunState::Running,
        started: site.now(),
        finished: None,
        cases: wanted.cases.clone(),
        targets: wanted.targets.clone(),
        knowledge_generation: whole.generation(),
        knowledge_hash: whole.hash().to_owned(),
        batches: Vec::new(),
    }
}

/// Takes what was answered before out of the questions. What was free is asked anew: the program may answer better now.
async fn reuse(site: &Site, run: &Run, questions: &mut Vec<Question>) -> Result<Vec<CaseResult>, EvaluationError> {
    let paid = questions.iter().filter(|question| !question.costs.is_free());
    let keys: Vec<String> = paid.map(|question| question.key.clone()).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let known = site.storage().evaluations().known(site.id(), &keys).await?;
    let mut reused = Vec::new();
    questions.retain_mut(|question| {
        let result = known.get(&question.key).filter(|result| hindrance(&result.reply).is_none());
        let (case, target) = (run.cases.get(question.case), run.targets.get(question.target));
        let Some((result, (case, target))) = result.zip(case.zip(target)) else { return true };
        if result.reply.model.is_none() && result.reply.usage.prompt_tokens == 0 {
            // The same question finds the same passages: no model was needed, and none will be.
            question.costs = Costs::default();
            return true;
        }
        reused.push(CaseResult {
            target: target.name.clone(),
            case: case.id.clone(),
            reused: true,
            grade: grade(case, &result.reply, site.language()),
            ..result.clone()
        });
        false
    });
    Ok(reused)
}

/// Documents that cases speak of and that are not there: such a case can never be answered as it wants.
fn remarks(cases: &[Case], whole: &Knowledge) -> Vec<String> {
    let documents: HashSet<&str> = whole.chunks().iter().map(|chunk| chunk.document.as_str()).collect();
    let exists = |name: &str| documents.contains(name);
    let mut remarks = Vec::new();
    for case in cases {
        for source in case.sources.iter().filter(|source| document_of(source, exists).is_none()) {
            remarks.push(format!(
                "the case `{}` expects the source `{source}`, which is not among the documents",
                case.id
            ));
        }
        for document in case.without.iter().filter(|document| !exists(document)) {
            remarks.push(format!("the case `{}` leaves out `{document}`, which is not among the documents", case.id));
        }
    }
    remarks
}
