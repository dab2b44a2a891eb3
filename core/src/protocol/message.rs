//! Requests and responses as values.

/// An HTTP request as a value. Its small body is a byte vector.
pub type Request = http::Request<Vec<u8>>;
/// An HTTP response as a value.
pub type Response = http::Response<Vec<u8>>;

/// An extension of a response: the proxy that it came through, and how to connect without it, in a printable form. The proxy may have
/// made the response itself.
#[derive(Clone)]
pub(crate) struct ThroughProxy(pub(crate) String);
