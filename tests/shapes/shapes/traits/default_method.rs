// Calls: 3 ok, 1 error.
// Also known as x05_trait_default_method.
use shapes::prelude::*;

trait Named {
    fn name(&self) -> String;

    #[shape]
    fn greeting(&self) -> String {
        format!("hello {}", self.name())
    }

    #[shape]
    fn checked(&self, limit: usize) -> Result<String, usize> {
        let name = self.name();
        if name.len() > limit {
            return Err(name.len());
        }
        Ok(name)
    }

    #[shape]
    fn consumed(self) -> usize
    where
        Self: Sized,
    {
        self.name().len()
    }
}

struct One;

impl Named for One {
    fn name(&self) -> String {
        "one".to_owned()
    }
}

pub(super) fn run() {
    let named: &dyn Named = &One;
    show("greeting", named.greeting());
    show("checked", named.checked(2));
    show("checked", named.checked(3));
    show("consumed", One.consumed());
}
