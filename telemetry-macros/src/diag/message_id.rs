//! The id of every message that a macro can give, except those about names: `telemetry_naming::NameError` has their ids.
//!
//! `tests/ui` includes this file: each id has a compile-fail case named after it (`{id}.rs`, or `{id}--{variant}.rs`
//! where one case does not show enough), and a test fails for an id without one.

macro_rules! message_ids {
    ($($variant:ident = $id:literal,)+) => {
        /// Which message a diagnostic is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum MessageId {
            $($variant,)+
        }

        // The macros use the list in an assertion and in tests only; `tests/ui` uses all of it.
        #[cfg_attr(not(test), allow(dead_code))]
        impl MessageId {
            /// Every id, in the order of the table.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The id as a file name.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)+
                }
            }
        }
    };
}

message_ids! {
    // Arguments of any attribute.
    InvalidSyntax = "invalid-syntax",
    UnknownArgument = "unknown-argument",
    DuplicateArgument = "duplicate-argument",
    MissingArgument = "missing-argument",
    ArgumentShape = "argument-shape",
    ExpectedString = "expected-string",
    ExpectedPath = "expected-path",
    UnknownValue = "unknown-value",
    ConflictingArguments = "conflicting-arguments",

    // Names, beside those of `telemetry_naming::NameError`, which are messages too.
    DuplicateAttributeKey = "duplicate-attribute-key",
    GeneratedAttributeKey = "generated-attribute-key",
    ManifestPluginId = "manifest-plugin-id",

    // Instruments.
    MissingInstrument = "missing-instrument",
    BucketsNotIncreasing = "buckets-not-increasing",
    BucketNotFinite = "bucket-not-finite",
    BucketsNotNumbers = "buckets-not-numbers",
    InstrumentWithoutValue = "instrument-without-value",
    DurationUnit = "duration-unit",
    ArgumentOfOtherKind = "argument-of-other-kind",
    AmbiguousArgument = "ambiguous-argument",
    DuplicateMetric = "duplicate-metric",
    ObservableOnFunction = "observable-on-function",

    // Functions.
    NotAFunction = "not-a-function",
    ConstFn = "const-fn",
    FunctionWithoutBody = "function-without-body",
    VariadicFn = "variadic-fn",
    DuplicateAttribute = "duplicate-attribute",
    AttributeWithoutSpan = "attribute-without-span",
    AttributeOnPattern = "attribute-on-pattern",
    NoneWithoutOption = "none-without-option",
    SpanNameNotConstant = "span-name-not-constant",
    ValueOfStream = "value-of-stream",

    // Derives.
    NotAnEnum = "not-an-enum",
    EnumWithoutVariants = "enum-without-variants",
    VariantWithFields = "variant-with-fields",
    EmptyAttributeValue = "empty-attribute-value",
    DuplicateAttributeValue = "duplicate-attribute-value",
    NotAStruct = "not-a-struct",
    UnnamedFields = "unnamed-fields",
    UnboundedAttributeType = "unbounded-attribute-type",
    ExpectedInteger = "expected-integer",
    LimitOutOfRange = "limit-out-of-range",
    FieldWithoutMetric = "field-without-metric",
    SeveralInstruments = "several-instruments",
    KindAndTypeDisagree = "kind-and-type-disagree",
    CallbackInGenericSet = "callback-in-generic-set",
    AttributesWithoutKeys = "attributes-without-keys",
    TransparentWithoutSource = "transparent-without-source",

    // Blocks.
    BlockItem = "block-item",
    ModuleWithoutBody = "module-without-body",
    MainSignature = "main-signature",

    // Tests.
    TestSignature = "test-signature",
    TestingFeature = "testing-feature",
}
