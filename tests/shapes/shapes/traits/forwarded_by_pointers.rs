// Calls: 9 ok, 3 error.
use std::rc::Rc;

use shapes::prelude::*;

trait Store {
    type Error;

    fn get(&self, key: &str) -> Result<usize, Self::Error>;

    #[shape]
    fn depth(&self) -> u32 {
        0
    }
}

impl<S: Store + ?Sized> Store for &S {
    type Error = S::Error;

    #[shape]
    fn get(&self, key: &str) -> Result<usize, S::Error> {
        (**self).get(key)
    }

    #[shape]
    fn depth(&self) -> u32 {
        (**self).depth() + 1
    }
}

impl<S: ?Sized> Store for Box<S>
where
    S: Store<Error: Into<String>>,
{
    type Error = String;

    #[shape]
    fn get(&self, key: &str) -> Result<usize, String> {
        S::get(self, key).map_err(Into::into)
    }

    #[shape]
    fn depth(&self) -> u32 {
        S::depth(self) + 10
    }
}

impl<S: Store> Store for Option<Rc<S>> {
    type Error = Option<S::Error>;

    #[shape]
    fn get(&self, key: &str) -> Result<usize, Self::Error> {
        let store = self.as_ref().ok_or(None)?;
        Ok(store.get(key)?)
    }
}

struct Lengths;

impl Store for Lengths {
    type Error = &'static str;

    #[shape]
    fn get(&self, key: &str) -> Result<usize, &'static str> {
        if key.is_empty() { Err("empty") } else { Ok(key.len()) }
    }
}

pub(super) fn run() {
    let boxed: Box<dyn Store<Error = &'static str>> = Box::new(Lengths);
    show("boxed", ((&&boxed).get("ab"), boxed.get("")));
    show("depth", (&&boxed).depth());
    show("option", (Some(Rc::new(&Lengths)).get("abc"), None::<Rc<Lengths>>.get("")));
}
