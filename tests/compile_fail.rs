//! What the types rule out: each file here must not compile, with the error that is beside it.

#[test]
fn a_right_cannot_be_exceeded_and_a_target_cannot_be_forged() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
