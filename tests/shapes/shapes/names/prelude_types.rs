// Calls: 5 ok.
// Also known as x31_shadow_names and x31c_shadow_result.
#![allow(dead_code)]

use shapes::prelude::{block_on, pending_once, show};

#[derive(Debug)]
struct Result(u32);

#[derive(Debug)]
struct Option<T>(T);

#[derive(Debug)]
struct String;

#[derive(Debug)]
struct Vec<T>(T);

#[derive(Debug)]
struct Box;

#[shape]
fn result(n: u32) -> Result {
    if n > 1 {
        return Result(0);
    }
    Result(n)
}

#[shape]
fn option(n: u32) -> Option<u32> {
    Option(n)
}

#[shape]
fn string() -> String {
    String
}

#[shape]
async fn vec(n: u32) -> Vec<Box> {
    pending_once().await;
    show("n", n);
    Vec(Box)
}

pub(super) fn run() {
    show("result", (result(1), result(2)));
    show("option", option(1));
    show("string", string());
    show("vec", block_on(vec(1)));
}
