// Calls: 7 ok, 1 error.
use std::any::Any;

use shapes::prelude::*;

trait Plugin: Any {
    fn name(&self) -> &str;
}

impl dyn Plugin {
    #[shape]
    fn longer(&self, than: usize) -> Result<&str, usize> {
        let name = self.name();
        if name.len() > than { Ok(name) } else { Err(name.len()) }
    }

    #[shape]
    fn typed<T: Plugin>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }

    #[shape]
    async fn later(&self) -> String {
        pending_once().await;
        self.name().to_owned()
    }
}

struct Catalog(String);

impl Plugin for Catalog {
    #[shape]
    fn name(&self) -> &str {
        &self.0
    }
}

pub(super) fn run() {
    let plugin: &dyn Plugin = &Catalog("catalog".to_owned());
    show("longer", (plugin.longer(3), plugin.longer(10)));
    show("typed", plugin.typed::<Catalog>().map(Catalog::name));
    show("later", block_on(plugin.later()));
}
