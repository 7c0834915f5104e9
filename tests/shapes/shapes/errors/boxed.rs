// Calls: 8 ok, 9 error.
use std::error::Error;

use shapes::prelude::*;

#[shape]
fn plain(text: &str) -> Result<u32, Box<dyn Error>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    let n: u32 = text.parse()?;
    Ok(n)
}

#[shape]
fn sent(text: &str) -> Result<u32, Box<dyn Error + Send + Sync + 'static>> {
    Ok(text.parse()?)
}

#[shape]
fn only_sent(text: &str) -> Result<u32, Box<dyn Error + Send>> {
    text.parse().map_err(|error: std::num::ParseIntError| Box::new(error) as Box<dyn Error + Send>)
}

#[shape]
async fn later(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let n = sent(text)?;
    pending_once().await;
    if n > 5 {
        return Err(format!("{n} is too much").into());
    }
    Ok(n)
}

#[shape]
async fn not_sent(text: &str) -> Result<u32, Box<dyn Error>> {
    pending_once().await;
    plain(text)
}

pub(super) fn run() {
    show("plain", ["1", "", "x"].map(|text| plain(text).map_err(|error| error.to_string())));
    show("sent", ["1", "x"].map(|text| sent(text).map_err(|error| error.to_string())));
    show("only sent", ["1", "x"].map(|text| only_sent(text).map_err(|error| error.to_string())));
    show("later", ["1", "x", "6"].map(|text| block_on(later(text)).map_err(|error| error.to_string())));
    show("not sent", ["1", "x"].map(|text| block_on(not_sent(text)).map_err(|error| error.to_string())));
    auto_traits!("later", later("1"));
    auto_traits!("not sent", not_sent("1"));
}
