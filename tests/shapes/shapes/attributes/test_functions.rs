// Calls: as many as the test harness makes.
// Also known as x38c_test.
use shapes::prelude::*;

#[test]
#[shape]
fn a_test() {
    assert_eq!(1 + 1, 2);
}

#[shape]
#[test]
fn another_test() -> Result<(), std::num::ParseIntError> {
    let n: u32 = "1".parse()?;
    assert_eq!(n, 1);
    Ok(())
}

#[test]
#[should_panic(expected = "as it should")]
#[shape]
fn a_test_that_panics() {
    panic!("as it should");
}

#[tokio::test]
#[shape]
async fn an_async_test() -> Result<(), std::num::ParseIntError> {
    tokio::task::yield_now().await;
    let n: u32 = "1".parse()?;
    assert_eq!(n, 1);
    Ok(())
}

#[shape]
#[tokio::test]
async fn another_async_test() {
    tokio::task::yield_now().await;
}

pub(super) fn run() {
    show("tests", "run on their own");
}
