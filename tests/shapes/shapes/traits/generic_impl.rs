// Calls: 5 ok, 2 error.
use std::collections::BTreeMap;
use std::marker::PhantomData;

use shapes::prelude::*;

struct Registry<'r, K, V, const N: usize>
where
    K: Ord,
{
    entries: BTreeMap<K, V>,
    names: &'r [&'r str; N],
    _marker: PhantomData<fn(K) -> V>,
}

impl<'r, K, V, const N: usize> Registry<'r, K, V, N>
where
    K: Ord + Clone,
    V: Default,
{
    #[shape]
    fn new(names: &'r [&'r str; N]) -> Self {
        Self { entries: BTreeMap::new(), names, _marker: PhantomData }
    }

    #[shape]
    fn entry(&mut self, key: &K) -> &mut V {
        self.entries.entry(key.clone()).or_default()
    }

    #[shape]
    fn name<I>(&self, index: I) -> Result<&'r str, I>
    where
        I: Copy + TryInto<usize>,
    {
        let place = index.try_into().map_err(|_| index)?;
        self.names.get(place).copied().ok_or(index)
    }

    #[shape]
    async fn take(&mut self, key: &K) -> Option<V> {
        pending_once().await;
        self.entries.remove(key)
    }
}

pub(super) fn run() {
    let mut registry: Registry<'_, String, u32, 2> = Registry::new(&["a", "b"]);
    *registry.entry(&"x".to_owned()) += 2;
    show("entry", registry.entry(&"x".to_owned()));
    show("name", [registry.name(1_i8), registry.name(2), registry.name(-1)]);
    show("take", block_on(registry.take(&"x".to_owned())));
}
