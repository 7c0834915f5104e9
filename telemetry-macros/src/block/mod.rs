//! `#[backstage_plugin]` and `#[backstage_core]`: one plugin id for everything inside.

mod args;
mod expand;
mod inject;
mod scan;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Generics, Ident, Token, Visibility};

use crate::diag::{Diagnostics, MessageId};

pub(crate) use args::{BlockArgs, BlockSource, Owner};
pub(crate) use inject::same_group;
pub(crate) use scan::declare_inside;

/// What the attribute stands on.
enum Item {
    /// `mod name { .. }` or `impl .. { .. }`.
    Block,
    /// A struct, which stands for the plugin.
    Struct(Ident, Generics),
}

/// Expands the attribute of `owner` on `item`.
pub(crate) fn expand(owner: Owner, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let args = BlockArgs::parse(owner, arguments, &mut diagnostics);
    let kind = parse_item(owner, &item, &mut diagnostics);
    let (Some(args), Some(kind)) = (args, kind) else {
        return diagnostics.finish(item);
    };
    // A duplicate does not hinder the rest: the block keeps its plugin, so that no error about it follows. Where the plugin
    // is a type, the compiler finds it.
    if matches!(args.source, BlockSource::Id(_)) {
        scan::check_duplicates(&args, item.clone(), &mut diagnostics);
    }
    let mut output = inject::inject(&args, item);
    if let Item::Struct(ident, generics) = kind {
        output.extend(expand::plugin_impl(&args, &ident, &generics));
    }
    diagnostics.finish(output)
}

fn parse_item(owner: Owner, item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Item> {
    let parser = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let place = input.span();
        input.parse::<Option<Token![unsafe]>>()?;
        let found = if input.peek(Token![impl]) {
            Ok(Item::Block)
        } else if input.peek(Token![mod]) {
            input.parse::<Token![mod]>()?;
            let name: Ident = input.parse()?;
            if input.peek(Token![;]) { Err((name.span(), true)) } else { Ok(Item::Block) }
        } else if input.peek(Token![struct]) {
            input.parse::<Token![struct]>()?;
            let ident = input.parse()?;
            let mut generics: Generics = input.parse()?;
            generics.where_clause = find_where_clause(input)?;
            Ok(Item::Struct(ident, generics))
        } else {
            Err((place, false))
        };
        input.parse::<TokenStream>()?;
        Ok(found)
    };
    let word = owner.attribute();
    match parser.parse2(item.clone()) {
        Ok(Ok(item)) => Some(item),
        Ok(Err((name, true))) => {
            diagnostics
                .error_at(MessageId::ModuleWithoutBody, name, format!("`{word}` needs the body of the module"))
                .help("put the attribute on the items inside the file, or name the plugin once in `Cargo.toml`: \
                       `[package.metadata.backstage]` with `pluginId = \"...\"`");
            None
        }
        Ok(Err((place, false))) => {
            diagnostics
                .error_at(
                    MessageId::BlockItem,
                    place,
                    format!("`{word}` can only be applied to a module, an `impl` or a struct"),
                )
                .help("on a function, write `plugin = ...` in `#[traced]` or `#[metric]`");
            None
        }
        Err(error) => {
            diagnostics.syntax(&error);
            None
        }
    }
}

/// The `where` clause of a struct, which stands before the braces or after the parentheses.
fn find_where_clause(input: ParseStream<'_>) -> syn::Result<Option<syn::WhereClause>> {
    if input.peek(syn::token::Paren) {
        input.parse::<proc_macro2::Group>()?;
    }
    input.parse()
}

#[cfg(test)]
mod tests;
