//! The files of a sentence-transformers folder, as the `sentence-transformers` library writes them.
//!
//! Owns which folders are accepted, and says clearly why one is not. Everything that changes a vector is read from the
//! files and takes part in the name.
//! To accept one more architecture: 1. its `model_type` in [`architecture`]; 2. what differs in `model.rs`;
//! 3. reference vectors of a real model.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokenizers::{Tokenizer, TruncationParams};

use super::LocalEmbedderError;
use super::model::{Activation, Pooling, Shape};

/// Shorter inputs could not hold a sentence; a file that says so is damaged.
const SHORTEST_INPUT: usize = 8;

/// What the files say.
pub(super) struct Folder {
    /// Folder name and hash of the files.
    pub name: String,
    pub shape: Shape,
    pub tokenizer: Tokenizer,
    pub prompts: Prompts,
    /// Texts are lower-cased before they reach the tokenizer.
    pub lower_case: bool,
    /// `model.safetensors`, whole.
    pub weights: Vec<u8>,
}

/// What is put before a text, by its role. Models of the E5 family are useless without.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Prompts {
    pub query: String,
    pub passage: String,
}

/// `config.json`, of the `transformers` library.
#[derive(Deserialize)]
struct Config {
    #[serde(default, rename = "_name_or_path")]
    origin: String,
    model_type: String,
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: String,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f64,
    #[serde(default)]
    pad_token_id: u32,
    position_embedding_type: Option<String>,
}

/// One line of `modules.json`.
#[derive(Deserialize)]
struct Module {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// `config.json` of the pooling module. Modes that are not named here are off.
#[derive(Deserialize)]
struct PoolingConfig {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_sqrt_len_tokens: bool,
    #[serde(default)]
    pooling_mode_weightedmean_tokens: bool,
    #[serde(default)]
    pooling_mode_lasttoken: bool,
    #[serde(default = "yes")]
    include_prompt: bool,
}

const fn yes() -> bool {
    true
}

/// `sentence_bert_config.json`; older folders have none.
#[derive(Default, Deserialize)]
struct InputConfig {
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

/// `config_sentence_transformers.json`; older folders have none.
#[derive(Default, Deserialize)]
struct PromptConfig {
    #[serde(default)]
    prompts: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    default_prompt_name: Option<String>,
}

/// A folder being read; everything read takes part in the hash.
struct Reader<'a> {
    folder: &'a Path,
    hash: Sha256,
}

impl Folder {
    /// Reads all files.
    pub(super) fn read(path: &Path) -> Result<Self, LocalEmbedderError> {
        let mut reader = Reader { folder: path, hash: Sha256::new() };
        let config: Config = reader.json("config.json")?;
        let modules: Vec<Module> = reader.json("modules.json")?;
        let pooling = reader.pooling(&modules)?;
        let input: InputConfig = reader.optional_json("sentence_bert_config.json")?;
        let prompts: PromptConfig = reader.optional_json("config_sentence_transformers.json")?;
        let folder_name = file_name(path);
        let prompts = by_role(prompts, &format!("{folder_name} {}", config.origin));
        let shape = shape(&config, pooling, &reader.display("config.json"))?;
        let longest = input.max_seq_length.unwrap_or(shape.positions).min(shape.positions);
        let tokenizer = reader.tokenizer(longest, shape.vocabulary)?;
        let weights = reader.bytes("model.safetensors")?;
        let hash = reader.hash.finalize();
        let digits: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("{folder_name}-{digits}");
        Ok(Self { name, shape, tokenizer, prompts, lower_case: input.do_lower_case, weights })
    }
}

/// The last part of a path, also of `.` and of one that ends in `/`.
fn file_name(path: &Path) -> String {
    let whole: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    whole.file_name().map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
}

impl Reader<'_> {
    fn display(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    fn malformed(&self, file: &str, reason: impl ToString) -> LocalEmbedderError {
        LocalEmbedderError::Malformed { file: self.display(file), reason: reason.to_string() }
    }

    fn unsupported(&self, file: &str, what: String) -> LocalEmbedderError {
        LocalEmbedderError::Unsupported { file: self.display(file), what }
    }

    fn bytes(&mut self, file: &str) -> Result<Vec<u8>, LocalEmbedderError> {
        let bytes = fs::read(self.folder.join(file))
            .map_err(|source| LocalEmbedderError::Unreadable { file: self.display(file), source })?;
        // The length keeps the border between two files in the hash.
        self.hash.update(bytes.len().to_le_bytes());
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn json<T: DeserializeOwned>(&mut self, file: &str) -> Result<T, LocalEmbedderError> {
        let bytes = self.bytes(file)?;
        serde_json::from_slice(&bytes).map_err(|error| self.malformed(file, error))
    }

    fn optional_json<T: DeserializeOwned + Default>(&mut self, file: &str) -> Result<T, LocalEmbedderError> {
        if self.folder.join(file).exists() { self.json(file) } else { Ok(T::default()) }
    }

    /// How the words' vectors become the text's. A module that we would have to leave out changes the vectors, so the
    /// folder is refused; normalising is no choice here, since every vector of portavoz has length 1.
    fn pooling(&mut self, modules: &[Module]) -> Result<Pooling, LocalEmbedderError> {
        let kind = |module: &Module| module.kind.rsplit('.').next().unwrap_or_default().to_owned();
        let others = modules.iter().find(|module| !["Transformer", "Pooling", "Normalize"].contains(&&*kind(module)));
        if let Some(other) = others {
            return Err(self.unsupported("modules.json", format!("a module of type `{}`", other.kind)));
        }
        let Some(module) = modules.iter().find(|module| kind(module) == "Pooling") else {
            return Err(self.malformed("modules.json", "it lists no pooling module"));
        };
        let file = format!("{}/config.json", module.path);
        let config: PoolingConfig = self.json(&file)?;
        let others = config.pooling_mode_max_tokens
            || config.pooling_mode_mean_sqrt_len_tokens
            || config.pooling_mode_weightedmean_tokens
            || config.pooling_mode_lasttoken
            || !config.include_prompt;
        match (config.pooling_mode_mean_tokens, config.pooling_mode_cls_token) {
            (true, false) if !others => Ok(Pooling::Mean),
            (false, true) if !others => Ok(Pooling::FirstToken),
            _ => Err(self.unsupported(&file, "pooling other than by mean or by first token".to_owned())),
        }
    }

    /// The tokenizer, cutting at the longest input. Its own padding is switched off: batches are padded as they are made.
    fn tokenizer(&mut self, longest: usize, vocabulary: usize) -> Result<Tokenizer, LocalEmbedderError> {
        let file = "tokenizer.json";
        let bytes = self.bytes(file)?;
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| self.malformed(file, error))?;
        if longest < SHORTEST_INPUT {
            return Err(self.malformed("sentence_bert_config.json", format!("inputs of `{longest}` tokens")));
        }
        let cut = TruncationParams { max_length: longest, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(cut)).map_err(|error| self.malformed(file, error))?;
        tokenizer.with_padding(None);
        let greatest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        if greatest as usize >= vocabulary {
            return Err(self.malformed(file, format!("token `{greatest}`, but the model has only {vocabulary}")));
        }
        Ok(tokenizer)
    }
}

/// What is computed, from what the configuration says.
fn shape(config: &Config, pooling: Pooling, file: &str) -> Result<Shape, LocalEmbedderError> {
    let unsupported = |what: String| LocalEmbedderError::Unsupported { file: file.to_owned(), what };
    let malformed = |reason: &str| LocalEmbedderError::Malformed { file: file.to_owned(), reason: reason.to_owned() };
    let first_position =
        architecture(config).ok_or_else(|| unsupported(format!("model type `{}`", config.model_type)))?;
    if let Some(positions) = config.position_embedding_type.as_deref().filter(|kind| *kind != "absolute") {
        return Err(unsupported(format!("position embedding `{positions}`")));
    }
    let activation = match config.hidden_act.as_str() {
        "gelu" => Activation::Gelu,
        "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
        "relu" => Activation::Relu,
        other => return Err(unsupported(format!("activation `{other}`"))),
    };
    if config.num_attention_heads == 0 || !config.hidden_size.is_multiple_of(config.num_attention_heads) {
        return Err(malformed("`hidden_size` is not a multiple of `num_attention_heads`"));
    }
    Ok(Shape {
        vocabulary: config.vocab_size,
        hidden: config.hidden_size,
        layers: config.num_hidden_layers,
        heads: config.num_attention_heads,
        intermediate: config.intermediate_size,
        activation,
        positions: config.max_position_embeddings.saturating_sub(first_position),
        first_position,
        types: config.type_vocab_size,
        epsilon: config.layer_norm_eps,
        padding: config.pad_token_id,
        pooling,
    })
}

/// The number of the first token's position: RoBERTa counts from the one after the padding token's id.
fn architecture(config: &Config) -> Option<usize> {
    match config.model_type.as_str() {
        "bert" => Some(0),
        "roberta" | "xlm-roberta" => Some(config.pad_token_id as usize + 1),
        _ => None,
    }
}

/// The prompts of the two roles. Folders of the E5 family often leave them out of their files; its published usage
/// asks for `query: ` and `passage: `, so these hold for a model that calls itself E5.
fn by_role(config: PromptConfig, model_names: &str) -> Prompts {
    let named = |name: &str| config.prompts.get(name).cloned();
    let default = config.default_prompt_name.as_deref().and_then(named);
    let query = named("query").or_else(|| default.clone());
    let passage = named("passage").or_else(|| named("document")).or(default);
    let is_e5 =
        model_names.to_lowercase().split(|character: char| !character.is_alphanumeric()).any(|part| part == "e5");
    if is_e5 && config.prompts.is_empty() {
        return Prompts { query: "query: ".to_owned(), passage: "passage: ".to_owned() };
    }
    Prompts { query: query.unwrap_or_default(), passage: passage.unwrap_or_default() }
}
