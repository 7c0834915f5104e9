//! What a receiver says about an export: that it refused a part of it, or why it refused all.

use bytes::Bytes;
use prost::Message as _;

use crate::export::sink::Receipt;

/// The longest message of a receiver that is passed on, in bytes.
#[cfg(feature = "otlp-http")]
const MESSAGE_LIMIT: usize = 1024;

/// The body of a response.
pub(super) enum Answer {
    Protobuf(Bytes),
    #[cfg(feature = "otlp-http")]
    Json(Bytes),
}

impl Answer {
    /// What a response to an export says; nothing where it cannot be read, because the request was taken.
    pub(super) fn receipt(&self) -> Receipt {
        match self {
            Self::Protobuf(body) => {
                let partial =
                    Response::decode(body.as_ref()).ok().and_then(|response| response.partial_success);
                partial.map_or_else(Receipt::default, |partial| Receipt {
                    rejected: partial.rejected.try_into().unwrap_or(0),
                    message: partial.error_message,
                })
            }
            #[cfg(feature = "otlp-http")]
            Self::Json(body) => json::receipt(body),
        }
    }

    /// What a response that is an error says in its `google.rpc.Status`, on one line; empty where it says nothing.
    #[cfg(feature = "otlp-http")]
    pub(super) fn error_message(&self) -> String {
        let message = match self {
            Self::Protobuf(body) => {
                Status::decode(body.as_ref()).map(|status| status.message).unwrap_or_default()
            }
            Self::Json(body) => json::error_message(body),
        };
        let mut line = message.replace(char::is_control, " ");
        let end = (0..=MESSAGE_LIMIT).rev().find(|end| line.is_char_boundary(*end));
        line.truncate(end.unwrap_or(0));
        line
    }
}

/// `ExportTraceServiceResponse`, and those of the other signals, which differ in names only.
#[derive(prost::Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

/// `ExportTracePartialSuccess` and the others.
#[derive(prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

/// `google.rpc.Status`
#[cfg(feature = "otlp-http")]
#[derive(prost::Message)]
struct Status {
    #[prost(string, tag = "2")]
    message: String,
}

#[cfg(feature = "otlp-http")]
mod json {
    use serde_json::Value;

    use crate::export::sink::Receipt;

    /// What each signal calls the number of what was refused.
    const REJECTED: [&str; 3] = ["rejectedSpans", "rejectedDataPoints", "rejectedLogRecords"];

    pub(super) fn receipt(body: &[u8]) -> Receipt {
        let response = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let partial = &response["partialSuccess"];
        let rejected = REJECTED.iter().find_map(|name| count(&partial[name])).unwrap_or(0);
        Receipt { rejected, message: text(&partial["errorMessage"]) }
    }

    pub(super) fn error_message(body: &[u8]) -> String {
        let status = serde_json::from_slice::<Value>(body).unwrap_or_default();
        text(&status["message"])
    }

    /// A 64-bit integer, which may be a text or a number.
    fn count(value: &Value) -> Option<u64> {
        value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())
    }

    fn text(value: &Value) -> String {
        value.as_str().unwrap_or_default().to_owned()
    }
}
