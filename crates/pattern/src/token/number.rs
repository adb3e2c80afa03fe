//! Integers and floats, §9.2.

use base::diagnostic::Diagnostic;

use super::{Kind, Lexer, Value, byte, excerpt};
use crate::code;
use crate::constant::{Float, Integer};

impl Lexer<'_> {
    #[inline(never)]
    pub(super) fn number(&mut self) -> Kind {
        let start = self.at;
        let sign = self.peek(0).filter(|sign| matches!(sign, '+' | '-'));
        self.at += usize::from(sign.is_some());
        self.take_bytes(|byte| byte::class(byte) & byte::NUMBER != 0);
        let text = self.text.get(start..self.at).unwrap_or_default();
        if sign == Some('+') {
            let place = self.since(start).place();
            let rest = text.get(1..).unwrap_or_default();
            let code = if rest.contains('.') {
                code::FLOAT
            } else {
                code::INTEGER
            };
            let finding = Diagnostic::error(code, place, "a number is written without a plus sign");
            self.report(
                finding.with_section("STIX 2.1 §9.2"),
                Some(&format!("write `{}`", excerpt(rest))),
            );
            Kind::Invalid
        } else if text.contains('.') {
            self.float(text)
        } else {
            self.integer(text)
        }
    }

    fn integer(&mut self, text: &str) -> Kind {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let leading_zero = digits.len() > 1 && digits.starts_with('0');
        if !leading_zero && let Some(value) = text.parse().ok().and_then(Integer::new) {
            return self.read(Value::Integer(value));
        }
        let place = self.since(self.at - text.len()).place();
        if leading_zero {
            let finding = Diagnostic::error(
                code::INTEGER,
                place,
                format!("`{}` begins with a zero", excerpt(text)),
            );
            self.report(
                finding.with_section("STIX 2.1 §9.2"),
                Some("an integer is written without leading zeros"),
            );
            return Kind::Invalid;
        }
        let message = format!("`{}` is beyond the integers of STIX", excerpt(text));
        let finding =
            Diagnostic::error(code::INTEGER, place, message).with_section("STIX 2.1 §2.10");
        self.report(
            finding,
            Some("integers reach from -9007199254740991 to 9007199254740991"),
        );
        Kind::Invalid
    }

    fn float(&mut self, text: &str) -> Kind {
        let place = self.since(self.at - text.len()).place();
        let shape = text.matches('.').count() == 1 && !text.ends_with('.');
        match text.parse().ok().and_then(Float::new) {
            Some(value) if shape => self.read(Value::Float(value)),
            _ => {
                let message = format!("`{}` is not a number", excerpt(text));
                let help = if text.matches('.').count() > 1 {
                    "a string stands in apostrophes, an address too: `'198.51.100.1'`"
                } else if shape {
                    "a float must be a finite double"
                } else {
                    "digits follow the decimal point, as in `7.0`"
                };
                let finding =
                    Diagnostic::error(code::FLOAT, place, message).with_section("STIX 2.1 §9.2");
                self.report(finding, Some(help));
                Kind::Invalid
            }
        }
    }
}
