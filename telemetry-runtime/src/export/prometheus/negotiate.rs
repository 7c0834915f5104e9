//! Content negotiation of a scrape (RFC 9110, sections 12.4.2 and 12.5).

/// The formats that a scraper can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus text, version 0.0.4.
    Text {
        /// Whether the scraper asked how names are escaped, and is told.
        escaping: bool,
    },
    /// `OpenMetrics` text, version 1.0.0.
    OpenMetrics {
        /// Whether the scraper asked how names are escaped, and is told.
        escaping: bool,
    },
}

impl Format {
    /// What every scraper can read.
    pub(crate) const DEFAULT: Self = Self::Text { escaping: false };

    /// The format that the `Accept` headers ask for.
    ///
    /// The highest quality wins; among equals the first one written does. Nothing that we have, as with a header for
    /// protobuf only, gives the text format: Prometheus itself falls back to it.
    pub(crate) fn negotiate<'a>(accept: impl IntoIterator<Item = &'a str>) -> Self {
        let mut best: Option<(u16, Self)> = None;
        for range in accept.into_iter().flat_map(|header| header.split(',')) {
            let (media, parameters) = split_parameters(range);
            let version = parameter(parameters, "version");
            let escaping = parameter(parameters, "escaping").is_some();
            let format = match media.to_ascii_lowercase().as_str() {
                "application/openmetrics-text" if version.is_none_or(|version| version == "1.0.0") => {
                    Self::OpenMetrics { escaping }
                }
                "text/plain" if version.is_none_or(|version| version == "0.0.4") => Self::Text { escaping },
                "text/*" | "*/*" => Self::DEFAULT,
                _ => continue,
            };
            let quality = quality(parameters);
            if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
                best = Some((quality, format));
            }
        }
        best.map_or(Self::DEFAULT, |(_, format)| format)
    }

    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Text { escaping: false } => "text/plain; version=0.0.4; charset=utf-8",
            Self::Text { escaping: true } => "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
            Self::OpenMetrics { escaping: false } => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
            Self::OpenMetrics { escaping: true } => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
        }
    }

    pub(super) fn is_open_metrics(self) -> bool {
        matches!(self, Self::OpenMetrics { .. })
    }
}

/// Whether the `Accept-Encoding` headers allow gzip.
pub(crate) fn accepts_gzip<'a>(headers: impl IntoIterator<Item = &'a str>) -> bool {
    let mut named = None;
    let mut any = None;
    for coding in headers.into_iter().flat_map(|header| header.split(',')) {
        let (coding, parameters) = split_parameters(coding);
        let quality = quality(parameters);
        if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
            named = Some(quality);
        } else if coding == "*" {
            any = Some(quality);
        }
    }
    named.or(any).is_some_and(|quality| quality > 0)
}

fn split_parameters(element: &str) -> (&str, &str) {
    let (head, parameters) = element.split_once(';').unwrap_or((element, ""));
    (head.trim(), parameters)
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// The quality in thousandths; 1000 without one, and 0 for one that is malformed, which excludes the element.
fn quality(parameters: &str) -> u16 {
    let Some(text) = parameter(parameters, "q") else {
        return 1000;
    };
    match text.parse::<f32>() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1000 after the check"
        )]
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0).round() as u16,
        _ => 0,
    }
}
