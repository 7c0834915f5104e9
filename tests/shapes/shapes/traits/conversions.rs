// Calls: 7 ok, 2 error.
use std::borrow::{Borrow, Cow};
use std::str::FromStr;

use shapes::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name(String);

impl TryFrom<&str> for Name {
    type Error = &'static str;

    #[shape]
    fn try_from(text: &str) -> Result<Self, Self::Error> {
        if text.is_empty() {
            return Err("empty");
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Name {
    type Err = <Self as TryFrom<&'static str>>::Error;

    #[shape]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().try_into()
    }
}

impl<'n> From<&'n Name> for Cow<'n, str> {
    #[shape]
    fn from(name: &'n Name) -> Self {
        Self::Borrowed(&name.0)
    }
}

impl<T: ?Sized> AsRef<T> for Name
where
    String: AsRef<T>,
{
    #[shape]
    fn as_ref(&self) -> &T {
        self.0.as_ref()
    }
}

impl Borrow<str> for Name {
    #[shape]
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[shape]
fn is_in<Q: Ord + ?Sized>(names: &std::collections::BTreeSet<Name>, wanted: &Q) -> bool
where
    Name: Borrow<Q>,
{
    names.contains(wanted)
}

pub(super) fn run() {
    let name: Result<Name, _> = " a ".parse();
    show("parsed", (&name, " ".parse::<Name>()));
    let name = name.unwrap_or_else(|error| Name(error.to_owned()));
    show("cow", Cow::from(&name));
    show("bytes", AsRef::<[u8]>::as_ref(&name));
    show("path", AsRef::<std::path::Path>::as_ref(&name));
    show("in", is_in(&[name].into(), "a"));
}
