//! A metric declared twice in a crate, where its plugin is a type: found by the compiler, which no macro could do.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, LitStr};
use telemetry_naming::prometheus;

use super::InstrumentDef;
use crate::plugin::ScopeRef;

impl InstrumentDef {
    /// Constants of the plugin's type that are named after the metric. A second declaration defines them again (E0592), and
    /// the compiler underlines both names.
    ///
    /// Output: `const _: () = { impl Catalog { const metric_name__entities_dprocessed: () = (); .. } };`
    ///
    /// Empty where the plugin is no type, or one that may be another crate's: only its own crate can add constants to it.
    pub(crate) fn claim(&self, scope: &ScopeRef) -> Option<TokenStream> {
        let plugin = scope.local_type()?;
        let name = self.declared_name()?;
        let unit = self.unit.as_ref().map(LitStr::value).unwrap_or_default();
        let text = name.value();
        let exposed = prometheus::metric_name(text.trim_start_matches("::"), &unit, self.kind.prometheus());
        // All at the place of the name, which is what the compiler then underlines.
        let constants = [("metric_name", &text), ("prometheus_name", &exposed)].map(|(prefix, text)| {
            let constant = Ident::new(&format!("{prefix}__{}", escape(text)), name.span());
            quote_spanned!(name.span()=> const #constant: () = ();)
        });
        Some(quote! {
            #[allow(dead_code, non_local_definitions, non_upper_case_globals)]
            const _: () = {
                impl #plugin {
                    #(#constants)*
                }
            };
        })
    }
}

/// Makes an identifier of a name, and never the same one of two names that differ in more than case.
fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '_' => escaped.push_str("__"),
            '.' => escaped.push_str("_d"),
            '-' => escaped.push_str("_h"),
            '/' => escaped.push_str("_s"),
            ':' => escaped.push_str("_c"),
            other => escaped.extend(other.to_lowercase()),
        }
    }
    escaped
}
