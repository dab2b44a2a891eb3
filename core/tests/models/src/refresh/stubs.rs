//! What `keys.rs` uses of the core, as little as it needs. At each step between which another thread could do something, the world
//! is asked whether one does.

pub(crate) mod clock {
    use std::time::Duration;

    pub(crate) use tokio::time::Instant;

    use crate::world;

    pub(crate) fn now() -> Instant {
        world::step();
        Instant::now()
    }

    pub(crate) fn unix_time() -> u64 {
        (Instant::now() - world::beginning() + Duration::from_secs(1_000_000)).as_secs()
    }
}

pub(crate) mod config {
    pub(crate) struct Config {
        pub(crate) issuer: String,
        /// Whether discovery says where the keys are.
        pub(crate) is_discovered: bool,
    }

    impl Config {
        pub(crate) fn jwks_uri(&self) -> Option<&str> {
            (!self.is_discovered).then_some("keys")
        }

        pub(crate) fn expected_jwks_uri(&self) -> Option<String> {
            Some("keys".to_owned())
        }
    }
}

pub(crate) mod error {
    pub(crate) type Result<T> = std::result::Result<T, Error>;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum ErrorCode {
        ArgumentInvalid,
        ClientUnavailable,
        Internal,
        NetworkTimeout,
        RuntimeMissing,
    }

    impl ErrorCode {
        pub(crate) fn as_str(self) -> &'static str {
            "code"
        }
    }

    #[derive(Clone, Debug)]
    pub(crate) struct Error(ErrorCode);

    impl Error {
        pub(crate) fn new(code: ErrorCode) -> Self {
            Self(code)
        }

        pub(crate) fn with_detail(code: ErrorCode, _: impl Into<String>) -> Self {
            Self(code)
        }

        pub(crate) fn code(&self) -> ErrorCode {
            self.0
        }
    }
}

pub(crate) mod protocol {
    use super::error::Result;

    /// An address.
    pub(crate) type Request = String;
    pub(crate) type Response = http::Response<Vec<u8>>;

    pub(crate) mod discovery {
        use super::{Request, Response, Result, text};

        pub(crate) struct Metadata {
            pub(crate) jwks_uri: String,
        }

        pub(crate) fn request(issuer: &str) -> Result<Request> {
            Ok(issuer.to_owned())
        }

        pub(crate) fn response(response: &Response, _: &str) -> Result<Metadata> {
            Ok(Metadata { jwks_uri: text(response) })
        }
    }

    pub(crate) mod jwks {
        use super::{Request, Response, Result, text};

        pub(crate) fn request(uri: &str) -> Result<Request> {
            Ok(uri.to_owned())
        }

        pub(crate) fn response(response: &Response) -> Result<String> {
            Ok(text(response))
        }
    }

    pub(crate) mod jws {
        use super::Result;
        use crate::error::{Error, ErrorCode};

        /// Keys are a number between brackets: half of a text is none.
        #[derive(Debug)]
        pub(crate) struct KeySet(pub(crate) u64);

        impl KeySet {
            pub(crate) fn parse(jwks: &str) -> Result<Self> {
                let number = jwks.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')?.parse().ok());
                number.map(Self).ok_or(Error::new(ErrorCode::Internal))
            }

            pub(crate) fn len(&self) -> usize {
                1
            }
        }
    }

    fn text(response: &Response) -> String {
        String::from_utf8(response.body().clone()).unwrap()
    }
}

pub(crate) mod runtimes {
    use tokio::runtime::Handle;

    use crate::error::{Error, ErrorCode, Result};
    use crate::world;

    pub(crate) fn of_the_caller() -> Result<Handle> {
        world::step();
        Handle::try_current().map_err(|_| Error::new(ErrorCode::RuntimeMissing))
    }
}

pub(crate) mod shared {
    use std::cell::RefCell;

    use crate::world;

    /// Another thread may come before each use, and none during it.
    #[derive(Debug, Default)]
    pub(crate) struct Shared<T>(RefCell<T>);

    impl<T> Shared<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(RefCell::new(value))
        }

        pub(crate) fn get(&self) -> T
        where
            T: Clone,
        {
            world::step();
            self.0.borrow().clone()
        }

        pub(crate) fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
            world::step();
            world::without_steps(|| change(&mut self.0.borrow_mut()))
        }
    }
}

pub(crate) mod stats {
    use crate::error::Result;
    use crate::world;

    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(crate) enum RequestTo {
        Keys,
        Discovery,
    }

    #[derive(Clone, Debug)]
    pub(crate) struct Recorder;

    impl Recorder {
        pub(crate) fn key_fetch<T>(&self, result: &Result<T>) {
            world::fetched(result.is_ok());
        }
    }
}

pub(crate) mod transport {
    use tokio::time::timeout_at;

    use crate::clock::Instant;
    use crate::error::{Error, ErrorCode, Result};
    use crate::protocol::{Request, Response};
    use crate::stats::RequestTo;
    use crate::world;

    pub(crate) struct Transport;

    impl Transport {
        /// The response is what the world decides, and when.
        pub(crate) async fn send(&self, to: RequestTo, _: &Request, deadline: Instant) -> Result<Response> {
            timeout_at(deadline, world::response(to))
                .await
                .unwrap_or_else(|_| Err(Error::new(ErrorCode::NetworkTimeout)))
        }
    }
}
