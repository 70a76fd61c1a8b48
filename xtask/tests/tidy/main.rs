//! The house rules that no compiler checks. Each module is one family of rules and explains itself.
//!
//! A rule is a function from files to complaints, so that its own tests can show it text that breaks the rule. A
//! complaint names file and line and says what to do. Exceptions stand in the rule's allow-list, each with its reason;
//! an exception that is not needed any more is itself a complaint.
//! To add one more rule: 1. a function in the module of its family; 2. a test there that runs it on the tree;
//! 3. a test there that shows it a text that breaks it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod comments;
mod dependencies;
mod edges;
mod licences;
mod names;
mod sizes;
mod texts;
mod tree;
