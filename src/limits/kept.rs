//! [`Kept`]: what tools keep from one call to the next.
//!
//! It holds caches only: no answer may depend on what is in it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One value of each type that was asked for. Clones share them.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl Kept {
    /// The value of this type; its default the first time.
    pub fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        // The key is the type, so the cast holds.
        Arc::clone(value).downcast().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_value() {
        let kept = Kept::default();
        *kept.of::<Mutex<u32>>().lock().unwrap() = 7;
        assert_eq!(*kept.clone().of::<Mutex<u32>>().lock().unwrap(), 7);
        assert_eq!(*kept.of::<Mutex<u64>>().lock().unwrap(), 0);
    }
}
