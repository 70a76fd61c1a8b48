//! Defence: recognising messages and documents that try to steer the assistant, and requests that are not its business.
//!
//! Pure rules and a small fitted model; no provider is called to find out. Start at [`assess`].

/// What is wrong with a message, if anything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// It tries to change the assistant's instructions, or to have them revealed.
    Attack,
    /// It asks for work that has nothing to do with the owner: an essay, a translation, a calculation.
    OffTopic,
}

/// A sign that was seen in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its stable name, such as `override`.
    pub name: &'static str,
    /// What it added to the score before the score became a probability.
    pub contribution: f32,
}

/// A text, assessed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assessment {
    /// 0..=1: how likely the text is an attack.
    pub attack: f32,
    /// 0..=1: how likely it asks for work that has nothing to do with the owner.
    pub off_topic: f32,
    /// Every sign seen, strongest first.
    pub signals: Vec<Signal>,
}

impl Assessment {
    /// From here on a message is turned down. Chosen on honest messages, of which at most one in a hundred may be.
    pub const DECLINES_FROM: f32 = 0.5;

    /// What the message is turned down for.
    pub fn concern(&self) -> Option<Concern> {
        if self.attack >= Self::DECLINES_FROM {
            Some(Concern::Attack)
        } else if self.off_topic >= Self::DECLINES_FROM {
            Some(Concern::OffTopic)
        } else {
            None
        }
    }
}

/// Assesses a visitor's message.
pub fn assess(_message: &str) -> Assessment {
    Assessment::default()
}
