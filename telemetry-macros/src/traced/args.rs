//! The arguments of `#[traced]`, checked.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, LitStr};

use super::attributes::{self, Key, SpanAttribute};
use crate::args::{Arg, Args, BlockRef, choice};
use crate::diag::{Diagnostics, MessageId};
use crate::function::NoneArg;
use crate::names;
use crate::paths::CratePath;
use crate::plugin::ScopeRef;

/// The words of `#[traced]`, in the order of its documentation.
const KNOWN: &[&str] = &[
    "name",
    "kind",
    "attributes",
    "root",
    "links",
    "plugin",
    "crate",
    "skip",
    "none",
    "parent",
    "credentials",
    "request",
];

/// What the words of `kind` mean: the variants of `SpanKind`.
const KINDS: &[(&str, &str)] = &[
    ("internal", "Internal"),
    ("server", "Server"),
    ("client", "Client"),
    ("producer", "Producer"),
    ("consumer", "Consumer"),
];

/// The name of the spans, where it was written.
pub(crate) enum SpanName {
    Literal(LitStr),
    /// A constant, or a macro of the standard library that makes a literal.
    Constant(Expr),
}

/// One `#[traced]`.
pub(crate) struct TracedArgs {
    pub(crate) name: Option<SpanName>,
    /// The variant of `SpanKind`.
    pub(crate) kind: Option<&'static str>,
    pub(crate) attributes: Vec<SpanAttribute>,
    /// An iterator of span contexts.
    pub(crate) links: Option<Expr>,
    /// What names the span that these are children of.
    pub(crate) parent: Option<Expr>,
    /// On whose behalf the call is made.
    pub(crate) credentials: Option<Expr>,
    /// The request that the call is for, whose principal is asked for unless credentials say it.
    pub(crate) request: Option<Expr>,
    /// Whether the span starts a trace, where it was written.
    pub(crate) root: Option<bool>,
    /// What a returned `None` means.
    pub(crate) none: Option<NoneArg>,
    /// Inside a block: no span for this function.
    pub(crate) skip: bool,
    /// The block that this one comes from, where the function has none of its own.
    pub(crate) block: Option<BlockRef>,
    pub(crate) scope: ScopeRef,
    pub(crate) krate: CratePath,
}

impl TracedArgs {
    pub(crate) fn parse(span: Span, tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut args = Args::parse("#[traced]", span, tokens, diagnostics);
        args.check_keys(KNOWN, &[], diagnostics);
        args.check_positional(KNOWN, diagnostics);
        let name = args.take("name").and_then(|arg| parse_name(arg, diagnostics));
        let attributes = args
            .take("attributes")
            .and_then(|arg| arg.list(diagnostics))
            .map(|tokens| attributes::parse(tokens, diagnostics))
            .unwrap_or_default();
        let none = NoneArg::take(&mut args, diagnostics);
        let parent = args.take("parent");
        let root = args.take("root").map(|arg| arg.flag(diagnostics));
        if let (Some(parent), Some(true)) = (&parent, root) {
            diagnostics
                .error(
                    MessageId::ConflictingArguments,
                    &parent.key,
                    "`parent` and `root` contradict each other",
                )
                .help("keep one: a root has no parent");
        }
        let credentials = args.take("credentials").and_then(|arg| arg.expr(diagnostics));
        let request = args.take("request").and_then(|arg| arg.expr(diagnostics));
        Self {
            name,
            kind: args.take("kind").and_then(|arg| parse_kind(arg, diagnostics)),
            attributes,
            links: args.take("links").and_then(|arg| arg.expr(diagnostics)),
            parent: parent.and_then(|arg| arg.expr(diagnostics)),
            credentials,
            request,
            root,
            none,
            skip: args.take("skip").is_some_and(|arg| arg.flag(diagnostics)),
            block: args.block.take(),
            scope: ScopeRef::resolve(&mut args, diagnostics),
            krate: CratePath::take(&mut args, diagnostics),
        }
    }

    /// Whether the span starts a trace of its own.
    pub(crate) fn is_root(&self) -> bool {
        self.root == Some(true)
    }

    /// Whether expressions are evaluated when the span starts.
    pub(crate) fn evaluates(&self) -> bool {
        !self.attributes.is_empty()
            || self.links.is_some()
            || self.credentials.is_some()
            || self.request.is_some()
    }

    /// What the function says of its span, completed by what the block around it says.
    pub(crate) fn merge(mut self, block: Self) -> Self {
        let is_own = |key: &Key| {
            self.attributes.iter().any(|own| match (&own.key, key) {
                (Key::Literal(own), Key::Literal(key)) => own.value() == key.value(),
                _ => false,
            })
        };
        let inherited: Vec<_> =
            block.attributes.into_iter().filter(|attribute| !is_own(&attribute.key)).collect();
        self.attributes.splice(0..0, inherited);
        self.kind = self.kind.or(block.kind);
        self.links = self.links.or(block.links);
        self.credentials = self.credentials.or(block.credentials);
        self.request = self.request.or(block.request);
        // A root has no parent, so what the function says of the one leaves out what its block says of the other.
        let (is_root, has_parent) = (self.is_root(), self.parent.is_some());
        self.parent = self.parent.or(block.parent.filter(|_| !is_root));
        self.root = self.root.or(block.root.filter(|_| !has_parent));
        self.none = self.none.or(block.none);
        self.block = block.block;
        if !self.scope.is_explicit() {
            self.scope = block.scope;
        }
        self
    }
}

impl ToTokens for SpanName {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Literal(literal) => literal.to_tokens(tokens),
            Self::Constant(constant) => constant.to_tokens(tokens),
        }
    }
}

fn parse_name(arg: Arg, diagnostics: &mut Diagnostics) -> Option<SpanName> {
    match arg.expr(diagnostics)? {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => {
            names::span_name(&name, diagnostics);
            Some(SpanName::Literal(name))
        }
        constant if is_constant(&constant) => Some(SpanName::Constant(constant)),
        other => {
            diagnostics
                .error(MessageId::SpanNameNotConstant, &other, "a span name must be constant")
                .help("use a string literal or a constant, and put what varies into `attributes(...)`")
                .note("spans are grouped by their names, so a name must not vary from call to call");
            None
        }
    }
}

/// A path to a constant, or `concat!` and its like. What only looks like one is refused by the compiler.
fn is_constant(expr: &Expr) -> bool {
    const MACROS: &[&str] = &["concat", "stringify", "env", "module_path"];
    match expr {
        // Variables are lower case and have one segment; constants are neither.
        Expr::Path(path) => {
            let is_variable = path.qself.is_none()
                && path.path.get_ident().is_some_and(|ident| {
                    !ident.to_string().contains(|character: char| character.is_ascii_uppercase())
                });
            !is_variable
        }
        Expr::Macro(call) => {
            let last = call.mac.path.segments.last();
            last.is_some_and(|last| MACROS.contains(&last.ident.to_string().as_str()))
        }
        Expr::Group(group) => is_constant(&group.expr),
        _ => false,
    }
}

fn parse_kind(arg: Arg, diagnostics: &mut Diagnostics) -> Option<&'static str> {
    let literal = arg.string(diagnostics)?;
    let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
    let chosen = choice(&literal, "span kind", &words, diagnostics)?;
    KINDS.iter().find(|(word, _)| *word == chosen).map(|(_, variant)| *variant)
}
