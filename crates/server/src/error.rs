//! Failures as HTTP: the one place that knows which status a failure has.
//!
//! A handler returns a [`Failure`]; [`crate::layers::present`] words it as page or JSON, whichever was asked for.

use app::error::AppError;
use app::quota::Exceeded;
use app::sign_in::SignInError;
use axum::body::Body;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::diagnostic::{Diagnostic, Place};

/// Why there is no other answer.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    /// In English, safe to show.
    pub(crate) message: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) retry_after_secs: Option<u32>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            diagnostics: Vec::new(),
            retry_after_secs: None,
        }
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "say who you are",
        )
    }

    pub(crate) fn forbidden() -> Self {
        Self::from(AppError::Forbidden)
    }

    pub(crate) fn not_found() -> Self {
        Self::from(AppError::NotFound)
    }

    /// A POST without the token of its session, or from another site.
    pub(crate) fn forged() -> Self {
        let message = "the form does not belong to this session; load the page again";
        Self::new(StatusCode::FORBIDDEN, "csrf", message)
    }

    pub(crate) fn invalid(diagnostics: Vec<Diagnostic>) -> Self {
        Self::from(AppError::Invalid(diagnostics))
    }

    /// One finding about one field of a form or body.
    pub(crate) fn field(code: &'static str, name: &str, message: impl Into<String>) -> Self {
        let place = Place::Pointer(format!("/{name}"));
        Self::invalid(vec![Diagnostic::error(code, place, message)])
    }

    /// Something of ours broke; the log gets why, the client does not.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %chain(error), "a request failed");
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What a status alone says.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::UNAUTHORIZED => return Self::unauthenticated(),
            StatusCode::FORBIDDEN => return Self::forbidden(),
            StatusCode::NOT_FOUND => return Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => ("method", "this address does not know the method"),
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "more was sent than is taken"),
            StatusCode::SERVICE_UNAVAILABLE => ("timeout", "it took too long; try again"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("media-type", "this kind of content is not taken")
            }
            status if status.is_client_error() => {
                ("bad-request", "the request cannot be understood")
            }
            _ => ("internal", "the server failed; its log says why"),
        };
        Self::new(status, code, message)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        // Who else may is for those who sit at the node, not for whoever asks from outside.
        let error = match error {
            AppError::Denied(_) => AppError::Forbidden,
            other => other,
        };
        let code = error.code();
        let status = match &error {
            AppError::Forbidden => StatusCode::FORBIDDEN,
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Changed(_) | AppError::Conflict(_) => StatusCode::CONFLICT,
            _ => return Self::internal(&error),
        };
        let message = error.to_string();
        let diagnostics = match error {
            AppError::Changed(diagnostics) | AppError::Invalid(diagnostics) => diagnostics,
            _ => Vec::new(),
        };
        Self {
            status,
            code,
            message,
            diagnostics,
            retry_after_secs: None,
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::new(
                StatusCode::UNAUTHORIZED,
                "refused",
                "login or password is wrong",
            ),
            SignInError::TooMany { retry_after_secs } => Self {
                retry_after_secs: Some(retry_after_secs),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-many",
                    "too many attempts; wait",
                )
            },
            SignInError::Failed(error) => Self::from(error),
        }
    }
}

impl From<Exceeded> for Failure {
    fn from(exceeded: Exceeded) -> Self {
        Self {
            retry_after_secs: Some(exceeded.retry_after_secs),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many",
                "too many requests; wait",
            )
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        if let Some(secs) = self.retry_after_secs {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(secs));
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
