//! Grants and budgets in this process, over a [`Sandbox`](preopen_attacks::Sandbox).

use std::sync::Arc;

use preopen::allowlist::GrantSpec;
use preopen::authority::{self, Permit};
use preopen::cap::Grants;
use preopen::limits::{Budget, CallMonitor};

/// The grants of `specs`, in this process.
pub fn grants(specs: &[GrantSpec]) -> Grants {
    authority::open_grants(specs, &[], Permit::default(), None, authority::mint()).unwrap().grants
}

/// What a call may use, by default.
pub fn budget() -> Budget {
    Budget::new(Arc::default(), authority::clock(authority::mint()), CallMonitor::unattended())
}
