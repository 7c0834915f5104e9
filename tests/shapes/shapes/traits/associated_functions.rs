// Calls: 10 ok, 1 error.
use shapes::prelude::*;

#[derive(Debug, Default, Clone, PartialEq)]
struct Builder {
    name: String,
    size: Option<u32>,
}

impl Builder {
    #[shape]
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    #[shape]
    fn size(mut self, size: u32) -> Self {
        self.size = Some(size);
        self
    }

    #[shape]
    fn rename(&mut self, name: &str) -> &mut Self {
        self.name.clear();
        self.name.push_str(name);
        self
    }

    #[shape]
    fn build(self) -> Result<(String, u32), Self> {
        let Some(size) = self.size else { return Err(self) };
        Ok((self.name, size))
    }

    #[shape]
    async fn load(name: &str) -> Option<Self> {
        pending_once().await;
        (!name.is_empty()).then(|| Self::new(name))
    }
}

pub(super) fn run() {
    show("build", Builder::new("a").build());
    show("build", Builder::new("a").size(2).build());
    let mut builder = Builder::new("a");
    builder.rename("b").rename("c");
    show("load", block_on(Builder::load("c")) == Some(builder));
    show("load", block_on(Builder::load("")));
}
