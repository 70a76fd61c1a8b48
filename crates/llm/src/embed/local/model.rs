//! The arithmetic of a BERT-like encoder, from token ids to one vector of length 1 for each text.
//!
//! Source: J. Devlin et al., "BERT: Pre-training of deep bidirectional transformers for language understanding" (2019);
//! normalisation after each block, as there. XLM-RoBERTa differs only in where positions begin to count.
//! Only what inference on a processor needs: no dropout, no training, 32-bit floats.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{LayerNorm, Linear, Module as _, VarBuilder, ops};

use super::LocalEmbedderError;

/// Added to the attention of padding, so that its weight is 0 after the softmax; finite, because infinity minus
/// infinity is not a number.
const MASKED: f32 = -1e30;

/// Sizes and choices of a network.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub vocabulary: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub intermediate: usize,
    pub activation: Activation,
    /// Tokens of the longest input.
    pub positions: usize,
    /// Position of an input's first token.
    pub first_position: usize,
    pub types: usize,
    /// Added to the variance in layer normalisation.
    pub epsilon: f64,
    /// Token that fills up shorter texts of a batch.
    pub padding: u32,
    pub pooling: Pooling,
}

/// Between the two linear maps of a block.
#[derive(Debug, Clone, Copy)]
pub(super) enum Activation {
    /// Exact, by the error function.
    Gelu,
    /// Its approximation by a hyperbolic tangent; models trained with it need it.
    GeluTanh,
    Relu,
}

/// How the tokens' vectors become the text's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pooling {
    /// Their mean, padding left out.
    Mean,
    /// The first token's.
    FirstToken,
}

/// A network with its weights.
pub(super) struct Model {
    shape: Shape,
    words: Tensor,
    /// Position and type embedding of each place, already added: both depend on the place only.
    places: Tensor,
    normalize: LayerNorm,
    layers: Vec<Layer>,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    normalize_attended: LayerNorm,
    widen: Linear,
    narrow: Linear,
    normalize: LayerNorm,
}

impl Model {
    /// Takes the weights from the bytes of a safetensors file.
    pub(super) fn load(shape: Shape, weights: Vec<u8>) -> std::result::Result<Self, LocalEmbedderError> {
        Self::from_weights(shape, weights).map_err(|error| LocalEmbedderError::Weights(first_line(&error)))
    }

    fn from_weights(shape: Shape, weights: Vec<u8>) -> Result<Self> {
        let root = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)?;
        // Files saved from a larger model keep its name in front of each tensor.
        let names = ["", "bert", "roberta"].into_iter().find(|prefix| {
            let below = if prefix.is_empty() { root.clone() } else { root.pp(prefix) };
            below.contains_tensor("embeddings.word_embeddings.weight")
        });
        let root = names.filter(|prefix| !prefix.is_empty()).map_or_else(|| root.clone(), |prefix| root.pp(prefix));

        let embeddings = root.pp("embeddings");
        let words = embeddings.get((shape.vocabulary, shape.hidden), "word_embeddings.weight")?;
        let all_positions = shape.positions + shape.first_position;
        let positions = embeddings.get((all_positions, shape.hidden), "position_embeddings.weight")?;
        let positions = positions.narrow(0, shape.first_position, shape.positions)?;
        let types = embeddings.get((shape.types, shape.hidden), "token_type_embeddings.weight")?;
        // A single text is all of type 0.
        let places = positions.broadcast_add(&types.narrow(0, 0, 1)?)?;
        let normalize = layer_norm(&shape, &embeddings.pp("LayerNorm"))?;
        let layers = (0..shape.layers)
            .map(|number| Layer::load(&shape, &root.pp(format!("encoder.layer.{number}"))))
            .collect::<Result<_>>()?;
        Ok(Self { shape, words, places, normalize, layers })
    }

    /// Numbers in each vector.
    pub(super) fn dimensions(&self) -> u32 {
        u32::try_from(self.shape.hidden).unwrap_or(u32::MAX)
    }

    /// Computes a batch: one vector of length 1 for each list of token ids.
    pub(super) fn embed(&self, batch: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        let longest = batch.iter().map(|ids| ids.len()).max().unwrap_or(0);
        if longest == 0 {
            return Ok(Vec::new());
        }
        let mut ids = Vec::with_capacity(batch.len() * longest);
        let mut present = Vec::with_capacity(batch.len() * longest);
        for text in batch {
            ids.extend(text.iter().copied().chain(std::iter::repeat(self.shape.padding)).take(longest));
            present.extend((0..longest).map(|place| if place < text.len() { 1.0_f32 } else { 0.0 }));
        }
        let ids = Tensor::from_vec(ids, batch.len() * longest, &Device::Cpu)?;
        let present = Tensor::from_vec(present, (batch.len(), longest), &Device::Cpu)?;

        let words = self.words.index_select(&ids, 0)?.reshape((batch.len(), longest, self.shape.hidden))?;
        let places = self.places.narrow(0, 0, longest)?;
        let mut states = self.normalize.forward(&words.broadcast_add(&places)?)?;
        // Shaped (text, head, from, to): what is masked depends on the text and on the token looked at.
        let mask = ((1.0 - &present)? * f64::from(MASKED))?.unsqueeze(1)?.unsqueeze(1)?;
        for layer in &self.layers {
            states = layer.forward(&states, &mask, &self.shape)?;
        }
        let pooled = pool(&states, &present, self.shape.pooling)?;
        let length = pooled.sqr()?.sum_keepdim(1)?.sqrt()?;
        pooled.broadcast_div(&length)?.to_vec2()
    }
}

impl Layer {
    fn load(shape: &Shape, weights: &VarBuilder) -> Result<Self> {
        let linear = |inputs, outputs, name: &str| candle_nn::linear(inputs, outputs, weights.pp(name));
        let (hidden, wide) = (shape.hidden, shape.intermediate);
        Ok(Self {
            query: linear(hidden, hidden, "attention.self.query")?,
            key: linear(hidden, hidden, "attention.self.key")?,
            value: linear(hidden, hidden, "attention.self.value")?,
            attended: linear(hidden, hidden, "attention.output.dense")?,
            normalize_attended: layer_norm(shape, &weights.pp("attention.output.LayerNorm"))?,
            widen: linear(hidden, wide, "intermediate.dense")?,
            narrow: linear(wide, hidden, "output.dense")?,
            normalize: layer_norm(shape, &weights.pp("output.LayerNorm"))?,
        })
    }

    fn forward(&self, states: &Tensor, mask: &Tensor, shape: &Shape) -> Result<Tensor> {
        let attended = self.attended.forward(&self.attend(states, mask, shape.heads)?)?;
        let states = self.normalize_attended.forward(&(states + attended)?)?;
        let wide = self.widen.forward(&states)?;
        let wide = match shape.activation {
            Activation::Gelu => wide.gelu_erf()?,
            Activation::GeluTanh => wide.gelu()?,
            Activation::Relu => wide.relu()?,
        };
        self.normalize.forward(&(&states + self.narrow.forward(&wide)?)?)
    }

    /// `softmax(Q K^T / sqrt(d)) V` for each head.
    fn attend(&self, states: &Tensor, mask: &Tensor, heads: usize) -> Result<Tensor> {
        let (texts, tokens, hidden) = states.dims3()?;
        let size = hidden / heads;
        let by_head = |linear: &Linear| {
            linear.forward(states)?.reshape((texts, tokens, heads, size))?.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) = (by_head(&self.query)?, by_head(&self.key)?, by_head(&self.value)?);
        let scores = (query.matmul(&key.t()?.contiguous()?)? / (size as f64).sqrt())?;
        let weights = ops::softmax_last_dim(&scores.broadcast_add(mask)?)?;
        weights.matmul(&value)?.transpose(1, 2)?.reshape((texts, tokens, hidden))
    }
}

fn pool(states: &Tensor, present: &Tensor, pooling: Pooling) -> Result<Tensor> {
    match pooling {
        Pooling::FirstToken => states.narrow(1, 0, 1)?.squeeze(1),
        Pooling::Mean => {
            let sum = states.broadcast_mul(&present.unsqueeze(2)?)?.sum(1)?;
            sum.broadcast_div(&present.sum_keepdim(1)?)
        }
    }
}

/// Older files call scale and shift `gamma` and `beta`.
fn layer_norm(shape: &Shape, weights: &VarBuilder) -> Result<LayerNorm> {
    let (scale, shift) = if weights.contains_tensor("gamma") { ("gamma", "beta") } else { ("weight", "bias") };
    Ok(LayerNorm::new(weights.get(shape.hidden, scale)?, weights.get(shape.hidden, shift)?, shape.epsilon))
}

/// Candle appends a stack trace where one is enabled; a person needs the first line.
fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
