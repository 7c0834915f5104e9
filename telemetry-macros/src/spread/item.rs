//! Finding the functions of a block, token by token.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{ItemImpl, Meta, Path, Type, TypeParamBound};

use super::Spread;
use crate::block::same_group;
use crate::diag::{Diagnostics, MessageId};
use crate::function::{self, Attribute};

/// One item: its attributes, and the rest of it.
struct Item<'t> {
    attributes: &'t [TokenTree],
    /// From the visibility on.
    rest: &'t [TokenTree],
    /// The index in `rest` of the word that says what it is.
    word: usize,
    /// Whether it is a `const fn`.
    constant: bool,
}

impl<'t> Item<'t> {
    fn of(tokens: &'t [TokenTree]) -> Self {
        let (attributes, rest) = tokens.split_at(attributes_end(tokens));
        let mut word = 0;
        let mut constant = false;
        while let Some(token) = rest.get(word) {
            match token {
                TokenTree::Ident(ident) if ident == "const" => constant = true,
                TokenTree::Ident(ident) if is_qualifier(ident) => {}
                // `pub(crate)`, `extern "C"`, and what a `macro_rules!` passes on as `$vis`.
                TokenTree::Group(group) if group.delimiter() != Delimiter::Brace && word > 0 => {}
                TokenTree::Group(group) if group.delimiter() == Delimiter::None => {}
                TokenTree::Literal(_) => {}
                _ => break,
            }
            word += 1;
        }
        Self { attributes, rest, word, constant }
    }

    fn is(&self, word: &str) -> bool {
        matches!(self.rest.get(self.word), Some(TokenTree::Ident(ident)) if ident == word)
    }

    /// The braces at the end, and what stands before them.
    fn body(&self) -> Option<(&'t [TokenTree], &'t Group)> {
        match self.rest.split_last() {
            Some((TokenTree::Group(group), before)) if group.delimiter() == Delimiter::Brace => {
                Some((before, group))
            }
            _ => None,
        }
    }

    /// The name behind the word.
    fn name(&self) -> String {
        self.rest.get(self.word + 1).map(ToString::to_string).unwrap_or_default()
    }

    fn metas(&self) -> impl Iterator<Item = Meta> {
        self.attributes.iter().filter_map(|token| match token {
            TokenTree::Group(group) => syn::parse2(group.stream()).ok(),
            _ => None,
        })
    }

    /// Whether it has the attribute itself, which is then nearer than ours.
    fn has(&self, attribute: Attribute) -> bool {
        self.metas()
            .any(|meta| function::recognise(meta.path(), &super::CratePath::default()) == Some(attribute))
    }

    /// The call of a test is no call of the plugin's.
    fn is_test(&self) -> bool {
        self.metas().any(|meta| {
            let last = meta.path().segments.last().map(|last| last.ident.to_string());
            match last.as_deref() {
                Some("test" | "bench") => true,
                Some("cfg") => meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test"),
                _ => false,
            }
        })
    }

    fn is_variadic(&self) -> bool {
        self.rest.iter().any(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                group.stream().to_string().replace(' ', "").trim_end_matches(',').ends_with("...")
            }
            _ => false,
        })
    }

    /// The type or trait that the functions inside belong to; empty for a module.
    fn owner(&self) -> String {
        if self.is("trait") {
            return self.name();
        }
        let Some((header, _)) = self.body().filter(|_| self.is("impl")) else { return String::new() };
        let header = header.iter().cloned().collect::<TokenStream>();
        syn::parse2::<ItemImpl>(quote!(#header {}))
            .ok()
            .and_then(|block| name_of(&block.self_ty))
            .unwrap_or_default()
    }
}

impl Spread {
    /// The block with the attribute on its functions.
    pub(super) fn over(&self, tokens: Vec<TokenTree>) -> TokenStream {
        let item = Item::of(&tokens);
        let claims = &self.claims;
        match item.body() {
            // The path of the plugin is written as it is seen from inside.
            Some((header, body)) if item.is("mod") => {
                let contents = self.items(body.stream(), "");
                let mut output: TokenStream = item.attributes.iter().chain(header).cloned().collect();
                same_group(body, quote!(#contents #claims)).to_tokens(&mut output);
                output
            }
            Some(_) => {
                let block = self.inside(&item);
                quote!(#block #claims)
            }
            None => tokens.into_iter().collect(),
        }
    }

    fn inside(&self, item: &Item<'_>) -> TokenStream {
        let Some((header, body)) = item.body() else { return TokenStream::new() };
        let contents = self.items(body.stream(), &item.owner());
        let mut output: TokenStream = item.attributes.iter().chain(header).cloned().collect();
        same_group(body, contents).to_tokens(&mut output);
        output
    }

    /// The items of a block. One ends with braces or with `;`.
    fn items(&self, tokens: TokenStream, owner: &str) -> TokenStream {
        let mut output = TokenStream::new();
        let mut item: Vec<TokenTree> = Vec::new();
        // Braces between `<` and `>` are an argument.
        let mut angles = 0_usize;
        let mut after_arrow = false;
        for token in tokens {
            let ends = match &token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => angles == 0,
                // What a `macro_rules!` passes on as `$item`.
                TokenTree::Group(group) if is_item(group) && attributes_end(&item) == item.len() => {
                    output.extend(item.drain(..));
                    let contents = self.items(group.stream(), owner);
                    same_group(group, contents).to_tokens(&mut output);
                    continue;
                }
                TokenTree::Punct(punct) => {
                    match punct.as_char() {
                        '<' => angles += 1,
                        '>' if !after_arrow => angles = angles.saturating_sub(1),
                        _ => {}
                    }
                    punct.as_char() == ';'
                }
                _ => false,
            };
            after_arrow = matches!(&token, TokenTree::Punct(punct) if matches!(punct.as_char(), '-' | '='));
            item.push(token);
            if ends {
                output.extend(self.item(&item, owner));
                item.clear();
                angles = 0;
            }
        }
        output.extend(item);
        output
    }

    fn item(&self, tokens: &[TokenTree], owner: &str) -> TokenStream {
        let item = Item::of(tokens);
        let unchanged = || tokens.iter().cloned().collect();
        if item.body().is_none() || item.is_test() {
            return unchanged();
        }
        if item.is("fn") {
            if item.constant || item.is_variadic() {
                return unchanged();
            }
            // Behind the function's own attributes, so that a `cfg_attr` of ours is expanded by then.
            let mut output: TokenStream = item.attributes.iter().cloned().collect();
            output.extend(self.attribute(owner));
            output.extend(item.rest.iter().cloned());
            return output;
        }
        let is_block = ["impl", "trait", "mod"].iter().any(|word| item.is(word));
        if is_block && !item.has(self.attribute) { self.inside(&item) } else { unchanged() }
    }
}

/// Reports a block that has the attribute twice, and a module whose functions are elsewhere.
pub(super) fn check(attribute: Attribute, tokens: &[TokenTree], diagnostics: &mut Diagnostics) {
    let item = Item::of(tokens);
    let word = attribute.word();
    if item.body().is_none() {
        let place = item.rest.get(item.word + 1).map(ToTokens::to_token_stream).unwrap_or_default();
        diagnostics
            .error(MessageId::ModuleWithoutBody, place, format!("`#[{word}]` needs the body of the module"))
            .help("put the attribute on the items inside the file");
    }
    if attribute == Attribute::Traced
        && let Some(second) = item.metas().find(|meta| {
            function::recognise(meta.path(), &super::CratePath::default()) == Some(Attribute::Traced)
        })
    {
        diagnostics
            .error(MessageId::DuplicateAttribute, second, "`#[traced]` is written twice on this block")
            .help("keep one of the two");
    }
}

/// What the block is called.
pub(super) fn label(tokens: &[TokenTree]) -> String {
    let item = Item::of(tokens);
    if item.is("mod") { item.name() } else { item.owner() }
}

/// Whether an attribute was put on its function by a block.
pub(crate) fn is_hidden_path(path: &Path) -> bool {
    let segments = &path.segments;
    segments.len() > 1 && segments.iter().nth_back(1).is_some_and(|segment| segment.ident == "__private")
}

fn is_qualifier(ident: &Ident) -> bool {
    ["pub", "crate", "default", "async", "unsafe", "safe", "extern", "auto"].iter().any(|word| ident == word)
}

/// Where the attributes at the start end.
fn attributes_end(tokens: &[TokenTree]) -> usize {
    let is_punct = |index: usize, character| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == character);
    let mut index = 0;
    while is_punct(index, '#') {
        let group = if is_punct(index + 1, '!') { index + 2 } else { index + 1 };
        match tokens.get(group) {
            Some(TokenTree::Group(content)) if content.delimiter() == Delimiter::Bracket => index = group + 1,
            _ => break,
        }
    }
    index
}

fn is_item(group: &Group) -> bool {
    let last = group.stream().into_iter().last();
    group.delimiter() == Delimiter::None
        && match last {
            Some(TokenTree::Group(last)) => last.delimiter() == Delimiter::Brace,
            Some(TokenTree::Punct(last)) => last.as_char() == ';',
            _ => false,
        }
}

/// The name of a type as its methods are called by: the last word of its path.
fn name_of(written: &Type) -> Option<String> {
    match written {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        Type::Reference(reference) => name_of(&reference.elem),
        Type::Paren(paren) => name_of(&paren.elem),
        Type::Group(group) => name_of(&group.elem),
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(bound.path.segments.last()?.ident.to_string()),
            _ => None,
        }),
        _ => None,
    }
}
