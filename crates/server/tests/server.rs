//! The server as its clients meet it: real sockets on loopback, real storage and index, a scripted model.
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod server {
    mod access;
    mod admin;
    mod alerts;
    mod bodies;
    mod chat;
    mod evaluated;
    mod experiments;
    mod facts;
    mod feedback;
    mod messages;
    mod models;
    mod monitoring;
    mod openai;
    mod operation;
    mod pages;
    mod privacy;
    mod runs;
    mod search;
    mod shutdown;
    mod support;
    mod told;
    mod verify;
    mod widget;
}
