//! Checksums of the index's files: fast, and enough to notice what a crash or a bad disk has torn.
//!
//! Not cryptographic: the folder belongs to the owner's own process. Start at [`checksum`].

/// Mixes eight bytes at a time (multiply, rotate, xor, as in hash functions of the FNV and wyhash families); the length
/// counts too, so a file cut at zeros is noticed.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut sum = (bytes.len() as u64).wrapping_mul(PRIME) ^ PRIME;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        sum = (sum ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME).rotate_left(29);
    }
    for byte in rest {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(PRIME).rotate_left(29);
    }
    // The last bytes have not reached all bits yet.
    (sum ^ (sum >> 32)).wrapping_mul(PRIME) ^ (sum >> 29)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn any_flipped_bit_and_any_cut_changes_the_sum() {
        let bytes: Vec<u8> = (0..=99).collect();
        let whole = checksum(&bytes);
        for place in 0..bytes.len() {
            assert_ne!(checksum(bytes.get(..place).unwrap_or_default()), whole);
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                if let Some(byte) = flipped.get_mut(place) {
                    *byte ^= 1 << bit;
                }
                assert_ne!(checksum(&flipped), whole, "byte {place} bit {bit}");
            }
        }
        assert_ne!(checksum(&[0; 8]), checksum(&[0; 16]));
    }
}
