// Calls: 8 ok, 8 error.
#![allow(dead_code)]

use std::num::ParseIntError;

use shapes::prelude::*;

#[derive(Debug)]
enum StoreError {
    Key(ParseIntError),
    Missing { key: u32 },
}

#[derive(Debug)]
enum ApiError {
    NotFound(u32),
    Other(Box<StoreError>),
}

impl From<ParseIntError> for StoreError {
    fn from(error: ParseIntError) -> Self {
        Self::Key(error)
    }
}

impl From<StoreError> for ApiError {
    #[shape]
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { key } => Self::NotFound(key),
            other @ StoreError::Key(_) => Self::Other(Box::new(other)),
        }
    }
}

impl From<ApiError> for u16 {
    #[shape]
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::NotFound(_) => 404,
            ApiError::Other(_) => 500,
        }
    }
}

#[shape]
async fn store(key: &str) -> Result<&'static str, StoreError> {
    let key = key.parse()?;
    pending_once().await;
    if key == 1 { Ok("one") } else { Err(StoreError::Missing { key }) }
}

#[shape]
async fn api(key: &str) -> Result<usize, ApiError> {
    Ok(store(key).await?.len())
}

#[shape]
fn status(key: &str) -> Result<usize, u16> {
    Ok(block_on(api(key))?)
}

pub(super) fn run() {
    show("status", ["1", "2", "x"].map(status));
    show("api", block_on(api("2")));
}
