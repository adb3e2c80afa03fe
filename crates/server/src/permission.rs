//! What a handler asks of who calls it, in its signature.
//!
//! INVARIANT: [`Route`] can be made of handlers only whose first argument is [`Permitted`], and for PATCH and POST whose last
//! argument is [`Checked`] against forged requests; the exceptions are made with [`Route::open`].

use std::marker::PhantomData;
use std::ops::Deref;

use app::access::Action;
use axum::extract::FromRequestParts;
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::routing::{MethodRouter, get, patch, post};

use crate::authentication::Visitor;
use crate::error::Failure;
use crate::language::Language;
use crate::shared::Shared;
use crate::{Access, RouteEntry};

/// A visitor who may do what `N` names; as an argument it refuses everybody else.
pub(crate) struct Permitted<N> {
    /// Who asks.
    pub(crate) visitor: Visitor,
    /// The language of the answer.
    pub(crate) language: Language,
    /// The path that was asked for, without its query.
    pub(crate) path: String,
    needs: PhantomData<N>,
}

impl<N> Deref for Permitted<N> {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

/// A permission as a type.
pub(crate) trait Needs: Send + Sync + 'static {
    /// The action; none where being signed in is enough.
    const ACTION: Option<Action>;
}

macro_rules! needs {
    ($($name:ident: $action:expr;)*) => {
        $(
            #[doc = concat!("See [`Action`]: `", stringify!($name), "`.")]
            pub(crate) enum $name {}

            impl Needs for $name {
                const ACTION: Option<Action> = $action;
            }
        )*
    };
}

needs! {
    AddObjects: Some(Action::AddObjects);
    ManageNode: Some(Action::ManageNode);
    JudgeIntake: Some(Action::JudgeIntake);
    ManageParties: Some(Action::ManageParties);
    ReadAudit: Some(Action::ReadAudit);
    ReadFeed: Some(Action::ReadFeed);
    ReadMembership: Some(Action::ReadMembership);
    ReadObjects: Some(Action::ReadObjects);
    ReadParties: Some(Action::ReadParties);
    ReadRegister: Some(Action::ReadRegister);
    ReadReleases: Some(Action::ReadReleases);
    Register: Some(Action::Register);
    Release: Some(Action::Release);
    RequestRelease: Some(Action::RequestRelease);
    SeeAs: Some(Action::SeeAs);
    SignedIn: None;
}

impl<N: Needs> FromRequestParts<Shared> for Permitted<N> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Visitor>().cloned();
        let visitor = visitor.ok_or_else(Failure::unauthenticated)?;
        if N::ACTION.is_some_and(|action| !visitor.caller.may(action)) {
            return Err(Failure::forbidden());
        }
        Ok(Self {
            visitor,
            language: Language::of(&parts.headers),
            path: parts.uri.path().to_owned(),
            needs: PhantomData,
        })
    }
}

/// An argument that lets nothing through that another site forged.
pub(crate) trait Checked {}

/// The arguments of a handler that begin with [`Permitted`].
pub(crate) trait Signature {
    const ACTION: Option<Action>;
}

/// A [`Signature`] that ends with [`Checked`].
pub(crate) trait CheckedSignature: Signature {}

impl<M, N: Needs> Signature for (M, Permitted<N>) {
    const ACTION: Option<Action> = N::ACTION;
}

impl<M, N: Needs, A> Signature for (M, Permitted<N>, A) {
    const ACTION: Option<Action> = N::ACTION;
}

impl<M, N: Needs, A, B> Signature for (M, Permitted<N>, A, B) {
    const ACTION: Option<Action> = N::ACTION;
}

impl<M, N: Needs, A, B, C> Signature for (M, Permitted<N>, A, B, C) {
    const ACTION: Option<Action> = N::ACTION;
}

impl<M, N: Needs, A: Checked> CheckedSignature for (M, Permitted<N>, A) {}

impl<M, N: Needs, A, B: Checked> CheckedSignature for (M, Permitted<N>, A, B) {}

impl<M, N: Needs, A, B, C: Checked> CheckedSignature for (M, Permitted<N>, A, B, C) {}

/// A handler at its path.
pub(crate) struct Route {
    pub(crate) entry: RouteEntry,
    pub(crate) handler: MethodRouter<Shared>,
}

impl Route {
    /// A route that reads.
    pub(crate) fn get<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: Signature + 'static,
    {
        Self::new("GET", path, access(T::ACTION), get(handler))
    }

    /// A route that changes something.
    pub(crate) fn post<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: CheckedSignature + 'static,
    {
        Self::new("POST", path, access(T::ACTION), post(handler))
    }

    /// A route that changes a part of something.
    pub(crate) fn patch<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: CheckedSignature + 'static,
    {
        Self::new("PATCH", path, access(T::ACTION), patch(handler))
    }

    /// A route for everybody.
    pub(crate) fn open(
        method: &'static str,
        path: &'static str,
        handler: MethodRouter<Shared>,
    ) -> Self {
        Self::new(method, path, Access::Anybody, handler)
    }

    fn new(
        method: &'static str,
        path: &'static str,
        access: Access,
        handler: MethodRouter<Shared>,
    ) -> Self {
        Self {
            entry: RouteEntry {
                method,
                path,
                access,
            },
            handler,
        }
    }
}

fn access(action: Option<Action>) -> Access {
    action.map_or(Access::SignedIn, Access::Action)
}
