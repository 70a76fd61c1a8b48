//! Outcomes in blocks: so many of control and so many of the variant, in the proportion of the traffic.

use std::collections::VecDeque;

use super::Counts;

/// Who served a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arm {
    /// Today's way.
    Control,
    /// The way that is tried.
    Variant,
}

/// How many outcomes of each arm make one block; one of each for equal shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    control: u32,
    variant: u32,
}

impl Default for Blocks {
    fn default() -> Self {
        Self::EVEN
    }
}

impl Blocks {
    /// One of each, for equal shares.
    pub const EVEN: Self = Self { control: 1, variant: 1 };

    /// The largest block that [`Blocks::for_shares`] makes: larger ones keep outcomes waiting for long.
    const MOST: u32 = 20;

    /// At least one outcome of each arm (0 counts as 1) and at most twenty.
    pub fn new(control: u32, variant: u32) -> Self {
        Self { control: control.clamp(1, Self::MOST), variant: variant.clamp(1, Self::MOST) }
    }

    /// The smallest block of up to twenty outcomes whose proportion is within a fiftieth of that of the two shares, or
    /// else the nearest: 50/50 gives 1 and 1, 90/10 gives 9 and 1. Any block is valid; one that follows the traffic keeps
    /// the fewest outcomes waiting.
    pub fn for_shares(control: f64, variant: f64) -> Self {
        let wanted = control / (control + variant);
        let mut nearest = (Self::default(), f64::INFINITY);
        for total in 2..=Self::MOST {
            for first in 1..total {
                let distance = (f64::from(first) / f64::from(total) - wanted).abs();
                // A larger block has to be better by more than rounding.
                if distance < nearest.1 - 1e-9 && nearest.1 > 0.02 * wanted.min(1.0 - wanted) {
                    nearest = (Self { control: first, variant: total - first }, distance);
                }
            }
        }
        nearest.0
    }

    /// Outcomes of control in a block.
    pub const fn control(self) -> u32 {
        self.control
    }

    /// Outcomes of the variant in a block.
    pub const fn variant(self) -> u32 {
        self.variant
    }

    /// Outcomes in a block.
    pub const fn total(self) -> u32 {
        self.control + self.variant
    }
}

/// Outcomes that wait until their block is full.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) blocks: Blocks,
    control: VecDeque<bool>,
    variant: VecDeque<bool>,
}

impl Waiting {
    pub(super) const fn new(blocks: Blocks) -> Self {
        Self { blocks, control: VecDeque::new(), variant: VecDeque::new() }
    }

    /// Puts one outcome in the queue of its arm.
    pub(super) fn push(&mut self, arm: Arm, success: bool) {
        match arm {
            Arm::Control => self.control.push_back(success),
            Arm::Variant => self.variant.push_back(success),
        }
    }

    /// The oldest block that is full, control first; the queues are as long as before if there is none.
    pub(super) fn pop(&mut self) -> Option<(Counts, Counts)> {
        let (control, variant) = (self.blocks.control as usize, self.blocks.variant as usize);
        if self.control.len() < control || self.variant.len() < variant {
            return None;
        }
        let take = |queue: &mut VecDeque<bool>, many: usize| {
            let mut counts = Counts::default();
            queue.drain(..many).for_each(|success| counts.add(success));
            counts
        };
        Some((take(&mut self.control, control), take(&mut self.variant, variant)))
    }

    /// How many wait, of both arms.
    pub(super) fn len(&self, arm: Arm) -> usize {
        match arm {
            Arm::Control => self.control.len(),
            Arm::Variant => self.variant.len(),
        }
    }

    /// What waits, counted.
    pub(super) fn counts(&self, arm: Arm) -> Counts {
        let mut counts = Counts::default();
        let queue = if arm == Arm::Control { &self.control } else { &self.variant };
        queue.iter().for_each(|success| counts.add(*success));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_shares() {
        for (control, variant, expected) in [
            (0.5, 0.5, (1, 1)),
            (0.9, 0.1, (9, 1)),
            (1.0, 3.0, (1, 3)),
            (70.0, 30.0, (7, 3)),
            (0.99, 0.01, (19, 1)),
            (0.34, 0.33, (1, 1)),
            (0.0, 0.0, (1, 1)),
        ] {
            let blocks = Blocks::for_shares(control, variant);
            assert_eq!((blocks.control(), blocks.variant()), expected, "{control}/{variant}");
        }
    }

    #[test]
    fn outcomes_leave_in_the_order_of_their_arm_when_a_block_is_full() {
        let mut waiting = Waiting::new(Blocks::new(2, 1));
        for (arm, success) in [(Arm::Control, true), (Arm::Variant, false), (Arm::Variant, true)] {
            waiting.push(arm, success);
            assert_eq!(waiting.pop(), None);
        }
        waiting.push(Arm::Control, true);
        assert_eq!(waiting.pop(), Some((Counts::new(2, 2).unwrap(), Counts::new(0, 1).unwrap())));
        assert_eq!((waiting.len(Arm::Control), waiting.len(Arm::Variant)), (0, 1));
        assert_eq!(waiting.counts(Arm::Variant), Counts::new(1, 1).unwrap());
    }
}
