//! The list of messages against the published one, and the rules of the text against literal texts.

mod published;
mod rules;
