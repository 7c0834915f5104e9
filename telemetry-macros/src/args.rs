//! The one parser of attribute arguments: `key`, `key = expression`, `key(...)` and bare expressions, in any order.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path, Token};
use telemetry_naming::nearest;

use crate::diag::{Diagnostics, MessageId};

/// One argument with a key, as it was written.
pub(crate) struct Arg {
    pub(crate) key: Ident,
    pub(crate) value: ArgValue,
}

/// What follows the key.
pub(crate) enum ArgValue {
    /// Nothing: `root`.
    Flag,
    /// `= expression`.
    Expr(Expr),
    /// `(...)`, not looked into.
    List(TokenStream),
}

/// The plugin that an enclosing block gave to this attribute, by a hidden first argument.
pub(crate) enum HiddenScope {
    Plugin(LitStr),
    Core(LitStr),
    /// A type that implements `Plugin`.
    Type(Path),
}

/// The block whose attribute was put on a function, by a hidden first argument.
#[derive(Clone)]
pub(crate) struct BlockRef {
    /// What the block is called.
    pub(crate) label: String,
    /// The type or trait that the function belongs to; empty for a free function.
    pub(crate) owner: String,
}

/// The arguments of one attribute.
pub(crate) struct Args {
    /// The attribute as the user knows it, such as `#[metric]`.
    owner: String,
    /// Where to point if the attribute as a whole lacks something.
    span: Span,
    positional: Vec<Expr>,
    keyed: Vec<Arg>,
    /// The nearest enclosing block's plugin: blocks prepend, so the first one wins.
    pub(crate) hidden_scope: Option<HiddenScope>,
    /// The block that put the attribute here.
    pub(crate) block: Option<BlockRef>,
    /// Whether `hidden_scope` is that of a block inside `block`.
    pub(crate) scope_is_nearer: bool,
    /// What the nearest enclosing block calls the runtime crate, where it says so.
    pub(crate) hidden_crate: Option<Path>,
}

/// The hidden argument that a `#[backstage_plugin]` block prepends.
pub(crate) const HIDDEN_PLUGIN: &str = "__plugin";
/// The hidden argument that a `#[backstage_core]` block prepends.
pub(crate) const HIDDEN_CORE: &str = "__core";

/// The hidden argument that either of them prepends where it has `crate = path`.
pub(crate) const HIDDEN_CRATE: &str = "__crate";

/// The hidden argument of what `#[traced]` and `#[metric]` on a block put on its functions.
pub(crate) const HIDDEN_BLOCK: &str = "__block";

/// What the parser can read.
const FORM: &str = "write `key`, `key = value` or `key(...)`, with commas in between";

impl Args {
    /// Parses the tokens between the parentheses of `owner`, written `#[metric]`. A part that does not parse is
    /// reported and passed over up to the next comma. `span` is that of the attribute's path.
    pub(crate) fn parse(owner: &str, span: Span, tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut args = Self::none(owner, span);
        let parsed = (|input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = args.parse_one(input, diagnostics) {
                    diagnostics.syntax(&error).help(FORM);
                    skip_to_comma(input)?;
                }
                if input.is_empty() {
                    break;
                }
                if let Err(error) = input.parse::<Token![,]>() {
                    diagnostics.syntax(&error).help(FORM);
                    skip_to_comma(input)?;
                    input.parse::<Option<Token![,]>>()?;
                }
            }
            Ok(())
        })
        .parse2(tokens);
        if let Err(error) = parsed {
            diagnostics.syntax(&error).help(FORM);
        }
        args
    }

    /// No arguments at all, to add to.
    pub(crate) fn none(owner: &str, span: Span) -> Self {
        Self {
            owner: owner.to_owned(),
            span,
            positional: Vec::new(),
            keyed: Vec::new(),
            hidden_scope: None,
            block: None,
            scope_is_nearer: false,
            hidden_crate: None,
        }
    }

    /// Adds an argument that stands elsewhere but belongs here.
    pub(crate) fn add(&mut self, arg: Arg, diagnostics: &mut Diagnostics) {
        if self.keyed.iter().any(|known| known.key == arg.key) {
            duplicate(&arg.key, diagnostics);
        } else {
            self.keyed.push(arg);
        }
    }

    fn parse_one(&mut self, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<()> {
        if !starts_with_key(input) {
            self.positional.push(ungrouped(input.parse()?));
            return Ok(());
        }
        let key = Ident::parse_any(input)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                // The end of the input has no place of its own, and the key is where the value is missing.
                let name = key.unraw();
                diagnostics
                    .error(MessageId::ArgumentShape, &key, format!("`{name}` needs a value"))
                    .help(format!("write `{name} = ...`"));
                return Ok(());
            }
            ArgValue::Expr(ungrouped(input.parse()?))
        } else if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            ArgValue::List(content.parse()?)
        } else {
            ArgValue::Flag
        };
        if key == HIDDEN_BLOCK {
            self.scope_is_nearer = self.hidden_scope.is_some();
            self.block = block_ref(value);
            return Ok(());
        }
        if key == HIDDEN_CRATE {
            if let (None, ArgValue::Expr(Expr::Path(path))) = (&self.hidden_crate, value) {
                self.hidden_crate = Some(path.path);
            }
            return Ok(());
        }
        if key != HIDDEN_PLUGIN && key != HIDDEN_CORE {
            self.keyed.push(Arg { key, value });
            return Ok(());
        }
        if self.hidden_scope.is_none() {
            self.hidden_scope = match value {
                ArgValue::Expr(Expr::Path(path)) => Some(HiddenScope::Type(path.path)),
                ArgValue::Expr(Expr::Lit(ExprLit { lit: Lit::Str(id), .. })) if key == HIDDEN_PLUGIN => {
                    Some(HiddenScope::Plugin(id))
                }
                ArgValue::Expr(Expr::Lit(ExprLit { lit: Lit::Str(id), .. })) => Some(HiddenScope::Core(id)),
                _ => None,
            };
        }
        Ok(())
    }

    /// Reports keys that are not in `known`, with the nearest known one, and keys written twice unless they are in
    /// `repeatable`. Both are dropped, so that the rest is still examined.
    pub(crate) fn check_keys(&mut self, known: &[&str], repeatable: &[&str], diagnostics: &mut Diagnostics) {
        let mut seen: Vec<String> = Vec::new();
        let owner = &self.owner;
        self.keyed.retain(|arg| {
            let key = arg.key.unraw().to_string();
            if !known.contains(&key.as_str()) {
                unknown_argument(&arg.key, owner, known, diagnostics);
                return false;
            }
            if seen.contains(&key) && !repeatable.contains(&key.as_str()) {
                duplicate(&arg.key, diagnostics);
                return false;
            }
            seen.push(key);
            true
        });
    }

    /// Takes the argument `key` out, if it was written.
    pub(crate) fn take(&mut self, key: &str) -> Option<Arg> {
        let index = self.keyed.iter().position(|arg| arg.key == key)?;
        Some(self.keyed.remove(index))
    }

    /// Takes out every argument whose key is in `keys`, in the order in which they were written.
    pub(crate) fn take_all(&mut self, keys: &[&str]) -> Vec<Arg> {
        let (taken, rest) = std::mem::take(&mut self.keyed)
            .into_iter()
            .partition(|arg| keys.iter().any(|key| arg.key == key));
        self.keyed = rest;
        taken
    }

    /// The keys of the arguments that were not taken yet.
    pub(crate) fn keys(&self) -> Vec<Ident> {
        self.keyed.iter().map(|arg| arg.key.clone()).collect()
    }

    /// Takes the first bare expression; a lone word such as `NAME` counts as one.
    pub(crate) fn take_positional(&mut self, known: &[&str]) -> Option<Expr> {
        if !self.positional.is_empty() {
            return Some(self.positional.remove(0));
        }
        let index = self.keyed.iter().position(|arg| {
            matches!(arg.value, ArgValue::Flag) && !known.contains(&arg.key.to_string().as_str())
        })?;
        let path = Path::from(self.keyed.remove(index).key);
        Some(Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path }))
    }

    /// Reports bare expressions that nothing asked for.
    pub(crate) fn check_positional(&mut self, known: &[&str], diagnostics: &mut Diagnostics) {
        for expr in self.positional.drain(..) {
            diagnostics
                .error(
                    MessageId::ArgumentShape,
                    &expr,
                    format!("`{}` needs a key in `{}`", text_of(&expr), self.owner),
                )
                .help(format!("write `key = {}`", text_of(&expr)))
                .note(expected(known));
        }
    }

    /// Where to point if the attribute as a whole lacks something.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// The attribute as the user knows it, such as `#[metric]`.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }
}

impl Arg {
    /// The key as it was written, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.key.unraw().to_string()
    }

    /// The expression after `=`; anything else is reported.
    pub(crate) fn expr(self, diagnostics: &mut Diagnostics) -> Option<Expr> {
        if let ArgValue::Expr(expr) = self.value {
            return Some(expr);
        }
        let key = self.name();
        diagnostics
            .error(MessageId::ArgumentShape, &self.key, format!("`{key}` needs a value"))
            .help(format!("write `{key} = ...`"));
        None
    }

    /// The string literal after `=`; anything else is reported.
    pub(crate) fn string(self, diagnostics: &mut Diagnostics) -> Option<LitStr> {
        let key = self.name();
        let expr = self.expr(diagnostics)?;
        string_of(expr, &key, diagnostics)
    }

    /// The path after `=`; anything else is reported.
    pub(crate) fn path(self, diagnostics: &mut Diagnostics) -> Option<Path> {
        let key = self.name();
        match self.expr(diagnostics)? {
            Expr::Path(path) if path.qself.is_none() => Some(path.path),
            other => {
                diagnostics
                    .error(MessageId::ExpectedPath, &other, format!("`{key}` must be a path"))
                    .help(format!("for example `{key} = crate::name`"));
                None
            }
        }
    }

    /// The name of the metric in `kind = "name"` and `kind("name", unit = "..")`, and the unit.
    pub(crate) fn name_and_unit(self, diagnostics: &mut Diagnostics) -> Option<(LitStr, Option<LitStr>)> {
        let key = self.name();
        match self.value {
            ArgValue::Expr(expr) => Some((string_of(expr, &key, diagnostics)?, None)),
            ArgValue::List(tokens) => {
                let mut inner = Args::parse(&key, self.key.span(), tokens, diagnostics);
                let name = string_of(inner.take_positional(&[])?, &key, diagnostics)?;
                Some((name, inner.take("unit").and_then(|arg| arg.string(diagnostics))))
            }
            ArgValue::Flag => None,
        }
    }

    /// The tokens between the parentheses; anything else is reported.
    pub(crate) fn list(self, diagnostics: &mut Diagnostics) -> Option<TokenStream> {
        if let ArgValue::List(tokens) = self.value {
            return Some(tokens);
        }
        let key = self.name();
        diagnostics
            .error(MessageId::ArgumentShape, &self.key, format!("`{key}` needs parentheses"))
            .help(format!("write `{key}(...)`"));
        None
    }

    /// Whether the flag is set: `key`, `key = true` or `key = false`; anything else is reported.
    pub(crate) fn flag(self, diagnostics: &mut Diagnostics) -> bool {
        match self.value {
            ArgValue::Flag => true,
            ArgValue::Expr(Expr::Lit(ExprLit { lit: Lit::Bool(value), .. })) => value.value,
            ArgValue::Expr(_) | ArgValue::List(_) => {
                let key = self.key.unraw().to_string();
                let place = match &self.value {
                    ArgValue::Expr(expr) => expr.to_token_stream(),
                    _ => self.key.to_token_stream(),
                };
                diagnostics
                    .error(MessageId::ArgumentShape, place, format!("`{key}` is either true or false"))
                    .help(format!("write `{key}`, `{key} = true` or `{key} = false`"));
                false
            }
        }
    }
}

/// The expression without the invisible group that `macro_rules!` puts around what it passes on.
pub(crate) fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}

/// The string literal that `expr` is; anything else is reported.
pub(crate) fn string_of(expr: Expr, key: &str, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => Some(literal),
        // What a `macro_rules!` passes on as `$name:literal` stands in an invisible group.
        Expr::Group(group) => string_of(*group.expr, key, diagnostics),
        other => {
            diagnostics
                .error(MessageId::ExpectedString, &other, format!("`{key}` must be a string literal"))
                .help(format!("write `{key} = \"...\"`"));
            None
        }
    }
}

/// One of the words of `choices`; anything else is reported with the nearest one.
pub(crate) fn choice<'a>(
    literal: &LitStr,
    what: &str,
    choices: &[&'a str],
    diagnostics: &mut Diagnostics,
) -> Option<&'a str> {
    let value = literal.value();
    if let Some(found) = choices.iter().find(|choice| **choice == value) {
        return Some(found);
    }
    let list = quoted(choices);
    let error = diagnostics.error(MessageId::UnknownValue, literal, format!("unknown {what} `{value}`"));
    match nearest(&value, choices.iter().copied()) {
        Some(word) => error.help(format!("use `{word}`")).note(format!("expected {list}")),
        None => error.help(format!("use one of {list}")),
    };
    None
}

/// Reports a key that `owner` does not have.
pub(crate) fn unknown_argument(key: &Ident, owner: &str, known: &[&str], diagnostics: &mut Diagnostics) {
    let name = key.unraw().to_string();
    let error =
        diagnostics.error(MessageId::UnknownArgument, key, format!("unknown argument `{name}` in `{owner}`"));
    if let Some(word) = nearest(&name, known.iter().copied()) {
        error.help(format!("use `{word}`"));
    } else {
        error.help("remove it");
    }
    error.note(expected(known));
}

/// Input: `("catalog", "Catalog")`.
fn block_ref(value: ArgValue) -> Option<BlockRef> {
    let ArgValue::List(tokens) = value else { return None };
    let words = Punctuated::<LitStr, Token![,]>::parse_terminated.parse2(tokens).ok()?;
    let mut words = words.iter().map(LitStr::value);
    Some(BlockRef { label: words.next()?, owner: words.next()? })
}

fn duplicate(key: &Ident, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(MessageId::DuplicateArgument, key, format!("duplicate argument `{}`", key.unraw()))
        .help("keep one of the two");
}

fn expected(known: &[&str]) -> String {
    format!("expected {}", quoted(known))
}

/// The words in backticks, with commas.
pub(crate) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn text_of(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

/// Whether the next argument is `key`, `key = ..` or `key(..)`. A call such as `make(1)` cannot be told from a list, and
/// no argument takes one without a key.
fn starts_with_key(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    if Ident::parse_any(&fork).is_err() {
        return false;
    }
    let assigns = fork.peek(Token![=]) && !fork.peek(Token![==]);
    assigns || fork.is_empty() || fork.peek(Token![,]) || fork.peek(syn::token::Paren)
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn parse(tokens: TokenStream) -> (Args, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let args = Args::parse("#[metric]", Span::call_site(), tokens, &mut diagnostics);
        (args, diagnostics)
    }

    #[test]
    fn keys_values_lists_and_flags_are_told_apart() {
        let (mut args, diagnostics) = parse(quote!(root, name = "a", attributes(x.y = 1), "bare", A.b));
        assert!(diagnostics.is_empty());
        assert!(matches!(args.take("root").map(|arg| arg.value), Some(ArgValue::Flag)));
        assert!(matches!(args.take("name").map(|arg| arg.value), Some(ArgValue::Expr(_))));
        assert!(matches!(args.take("attributes").map(|arg| arg.value), Some(ArgValue::List(_))));
        assert_eq!(args.positional.len(), 2);
    }

    #[test]
    fn a_part_that_does_not_parse_does_not_hide_the_others() {
        let (mut args, diagnostics) = parse(quote!(name = , kind = "client", = 3, root));
        assert_eq!(diagnostics.ids(), ["argument-shape", "invalid-syntax"]);
        assert!(args.take("kind").is_some() && args.take("root").is_some());
    }

    #[test]
    fn unknown_and_duplicate_keys_are_all_reported() {
        let (mut args, mut diagnostics) = parse(quote!(nmae = "a", kind = "x", kind = "y"));
        args.check_keys(&["name", "kind"], &[], &mut diagnostics);
        assert_eq!(diagnostics.ids(), ["unknown-argument", "duplicate-argument"]);
        assert!(diagnostics.finish(TokenStream::new()).to_string().contains("help: use `name`"));
    }

    #[test]
    fn the_first_hidden_scope_is_the_nearest_one() {
        let (args, _) = parse(quote!(__core = "scheduler", __plugin = "catalog", root));
        assert!(matches!(args.hidden_scope, Some(HiddenScope::Core(id)) if id.value() == "scheduler"));
    }
}
