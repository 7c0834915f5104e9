//! Every naming rule of the toolkit, once.
#![no_std]

pub mod check {
    //! Skeleton.
    /// Skeleton.
    #[derive(Clone, Copy, Debug)]
    pub struct NameError;
    impl NameError {
        /// Skeleton.
        pub const fn message(self) -> &'static str {
            "bad name"
        }
    }
    /// Skeleton.
    pub const fn plugin_id(_: &str) -> Result<(), NameError> {
        Ok(())
    }
}
