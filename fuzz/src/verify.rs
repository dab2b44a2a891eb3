//! The verifier of ID tokens, with tokens signed by a known key. For any header and claims, it must agree with a second version
//! of the rules, below, and another library must accept each token that it accepts.
//!
//! An input has three lines: options, header, payload. The options are letters: `n` a nonce was sent, `a` an access token came
//! with it, `l` the clocks may differ by ten minutes.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::protocol::identity_from_claims;
use clever_sso::{Claims, Expected, verify_id_token_with};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use serde_json::Value;

use crate::key::{KEY_ID, key};
use crate::people::{ACCESS_TOKEN, CLIENT_ID, ISSUER, NONCE, NOW};
use crate::plain::plain;
use crate::rules::tells_nothing;

/// A parsed input.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub header: &'a [u8],
    pub payload: &'a [u8],
    pub nonce: Option<&'static str>,
    pub access_token: Option<&'static str>,
    pub leeway: u64,
}

impl<'a> Case<'a> {
    /// Reads an input.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let mut lines = data.splitn(3, |byte| *byte == b'\n');
        let (options, header, payload) = (lines.next()?, lines.next()?, lines.next()?);
        let has = |option| options.contains(&option);
        Some(Self {
            header,
            payload,
            nonce: has(b'n').then_some(NONCE),
            access_token: has(b'a').then_some(ACCESS_TOKEN),
            leeway: if has(b'l') { 600 } else { 60 },
        })
    }

    /// The signed token.
    pub fn token(&self) -> String {
        key().token(self.header, self.payload)
    }

    /// The library's verdict on a token for this case.
    pub fn verdict(&self, token: &str) -> clever_sso::Result<Claims> {
        let mut expected = Expected::new(ISSUER, CLIENT_ID, NOW).leeway(self.leeway);
        (expected.nonce, expected.access_token) = (self.nonce, self.access_token);
        verify_id_token_with(token, &key().keys, &expected)
    }

    /// Whether the rules accept this header and these claims.
    fn is_good(&self, header: &Value, claims: &Value) -> bool {
        self.is_header(header, claims)
            && self.is_ours(claims)
            && self.is_in_time(claims)
            && self.is_bound(claims)
    }

    fn is_header(&self, header: &Value, claims: &Value) -> bool {
        let is_jwt = |typ: &Value| {
            typ.is_null()
                || typ
                    .as_str()
                    .is_some_and(|typ| ["jwt", "application/jwt"].contains(&&*typ.to_ascii_lowercase()))
        };
        let is_kid =
            |kid: &Value| kid.is_null() || kid.as_str().is_some_and(|kid| ["", KEY_ID].contains(&kid));
        header["alg"] == "RS256"
            && ["crit", "b64", "zip", "cty"].iter().all(|name| header.get(name).is_none())
            && header.get("typ").is_none_or(is_jwt)
            && header.get("kid").is_none_or(is_kid)
            && ["iss", "sub", "aud"]
                .iter()
                .all(|name| header.get(name).is_none() || header.get(name) == claims.get(name))
    }

    fn is_ours(&self, claims: &Value) -> bool {
        let is_subject = |sub: &str| {
            (1..=255).contains(&sub.len())
                && sub.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
                && !sub.starts_with(' ')
                && !sub.ends_with(' ')
        };
        claims["iss"] == ISSUER
            && claims["sub"].as_str().is_some_and(is_subject)
            && (claims["aud"] == CLIENT_ID || claims["aud"] == Value::from([CLIENT_ID]))
            && claims.get("azp").is_none_or(|azp| azp == CLIENT_ID)
    }

    fn is_in_time(&self, claims: &Value) -> bool {
        let seconds = |name: &str| {
            let number = claims.get(name)?;
            let whole =
                |number: f64| (0.0..9_007_199_254_740_992.0).contains(&number).then_some(number as u64);
            number.as_u64().or_else(|| number.as_f64().and_then(whole))
        };
        let (Some(iat), Some(exp)) = (seconds("iat"), seconds("exp")) else { return false };
        let starts =
            claims.get("nbf").is_none() || seconds("nbf").is_some_and(|nbf| nbf <= NOW + self.leeway);
        exp.saturating_add(self.leeway) > NOW
            && iat <= NOW + self.leeway
            && exp.saturating_sub(iat) <= 366 * 24 * 3600
            && starts
    }

    fn is_bound(&self, claims: &Value) -> bool {
        let hash = |token: &str| URL_SAFE_NO_PAD.encode(&digest(&SHA256, token.as_bytes()).as_ref()[..16]);
        let is_hash = |token| claims.get("at_hash").is_none_or(|at_hash| *at_hash == hash(token));
        claims.get("nonce") == self.nonce.map(Value::from).as_ref() && self.access_token.is_none_or(is_hash)
    }
}

/// Signs a token, and compares the verdicts.
pub fn check(data: &[u8]) {
    let Some(case) = Case::read(data) else { return };
    let token = case.token();
    let verdict = case.verdict(&token);
    let parts: Vec<_> = token.split('.').collect();
    let fits = token.len() <= 32 * 1024 && parts[0].len() <= 8 * 1024;
    let read = (plain(case.header).filter(Value::is_object), plain(case.payload).filter(Value::is_object));
    if let ((Some(header), Some(claims)), true) = (&read, fits) {
        let is_good = case.is_good(header, claims);
        assert_eq!(verdict.is_ok(), is_good, "{header} {claims} {:?}", verdict.as_ref().err());
    }
    match verdict {
        Ok(claims) => accepted(&case, &token, &claims, read.0.is_some() && read.1.is_some()),
        Err(error) => {
            let objects = [&read.0, &read.1].into_iter().flatten().filter_map(Value::as_object).flatten();
            let texts: Vec<_> =
                objects.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
            let is_told = |name: &str| ["iss", "aud", "azp", "alg", "kid"].contains(&name);
            let told: Vec<_> =
                texts.iter().filter(|(name, _)| is_told(name)).map(|(_, text)| *text).collect();
            let secrets = texts
                .iter()
                .map(|(_, text)| *text)
                .filter(|text| !told.iter().any(|told| told.contains(text)));
            tells_nothing(&error, secrets.chain(parts).chain([token.as_str(), NONCE, ACCESS_TOKEN]));
        }
    }
}

fn accepted(case: &Case<'_>, token: &str, claims: &Claims, is_plain: bool) {
    let text = |name| claims.text(name);
    assert_eq!(text("iss"), Some(ISSUER));
    assert_eq!(text("nonce"), case.nonce);
    let value: Value = serde_json::from_str(claims.as_json()).expect("the claims are JSON");
    assert_eq!(value, Value::Object(claims.to_map()));
    assert!(case.is_ours(&value) && case.is_in_time(&value) && case.is_bound(&value), "{value}");
    let identity = identity_from_claims(ISSUER, claims);
    assert_eq!((identity.id.as_str(), identity.issuer.as_str()), (claims.subject(), ISSUER));
    let names = [&identity.name.first, &identity.name.middle, &identity.name.last];
    let shown = names.into_iter().chain([&identity.unverified_email]).flatten();
    assert!(!shown.flat_map(|text| text.chars()).any(char::is_control));
    let kept = serde_json::to_string(&identity).expect("an identity can be stored as JSON");
    assert_eq!(
        serde_json::from_str::<Value>(&kept).expect("a stored identity can be read")["id"],
        value["sub"]
    );

    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[CLIENT_ID]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // The other library reads the system clock.
    validation.validate_exp = false;
    let theirs = jsonwebtoken::decode::<Value>(token, &key().theirs, &validation);
    if let Err(error) = theirs {
        // The other library reads every member of a header, including those that decide nothing, and it repairs nothing.
        use ErrorKind::{
            InvalidAlgorithm, InvalidAudience, InvalidIssuer, InvalidSignature, InvalidSubject,
            MissingRequiredClaim,
        };
        assert!(!matches!(error.kind(), InvalidSignature | InvalidAlgorithm), "{error}");
        let refuses = matches!(
            error.kind(),
            InvalidAudience | InvalidIssuer | InvalidSubject | MissingRequiredClaim(_)
        );
        assert!(!refuses || !is_plain, "{error}");
    }
}
