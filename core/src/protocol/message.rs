//! Requests and responses as values.

/// An HTTP request as a value. The body is small, so it is bytes.
pub type Request = http::Request<Vec<u8>>;
/// An HTTP response as a value.
pub type Response = http::Response<Vec<u8>>;

/// An extension of a response: the proxy that it came through, in a form that may be shown. It may be the proxy's own response.
#[derive(Clone)]
pub(crate) struct ThroughProxy(pub(crate) String);
