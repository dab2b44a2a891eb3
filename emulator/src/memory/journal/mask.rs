//! What the journal may show of a request: words and Clever ids, and nothing that could be a secret, a code or a token.

/// Nothing of this length or longer is shown: codes and tokens have 40 characters, ids 24.
const LONG: usize = 32;
const MASKED: &str = "(masked)";

/// Hides what may not be shown, and the secrets of the apps anywhere in it.
pub(crate) struct Mask<'a> {
    secrets: Vec<&'a str>,
}

impl<'a> Mask<'a> {
    /// A mask that also hides these secrets.
    pub(crate) fn new(secrets: impl Iterator<Item = &'a str>) -> Self {
        Self { secrets: secrets.filter(|secret| !secret.is_empty()).collect() }
    }

    /// The name of a parameter, if it is a word.
    pub(crate) fn name(&self, name: &str) -> String {
        self.shown(name).to_owned()
    }

    /// A path, each segment by itself.
    pub(crate) fn path(&self, path: &str) -> String {
        path.split('/').map(|segment| self.shown(segment)).collect::<Vec<_>>().join("/")
    }

    fn shown<'b>(&self, text: &'b str) -> &'b str {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let harmless = text.len() < LONG && text.bytes().all(plain);
        if harmless && !self.secrets.iter().any(|secret| text.contains(secret)) { text } else { MASKED }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_code_a_token_or_a_secret_is_not_shown() {
        let mask = Mask::new(["short"].into_iter());
        let code = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(mask.name(code), MASKED);
        assert_eq!(mask.name("a-short-name"), MASKED);
        assert_eq!(mask.name("client_id"), "client_id");
        assert_eq!(mask.path(&format!("/v3.0/users/{code}")), format!("/v3.0/users/{MASKED}"));
        assert_eq!(mask.path("/v3.0/users/64c20b1e8f3a7d0019c4e501"), "/v3.0/users/64c20b1e8f3a7d0019c4e501");
        assert_eq!(mask.path("/a%20b/c"), format!("/{MASKED}/c"));
    }
}
