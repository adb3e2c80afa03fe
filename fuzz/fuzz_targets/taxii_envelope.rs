//! Any bytes as a TAXII envelope: no panic, and the objects of one that was read go out as they came in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taxii::message::envelope;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(read) = envelope::Envelope::parse(text) else {
        return;
    };
    let objects: Vec<&str> = read.objects().collect();
    let written = envelope::write(objects.iter().copied(), read.more, read.next.as_deref());
    let again = envelope::Envelope::parse(&written).expect("what was written reads again");
    assert_eq!(again.objects().collect::<Vec<_>>(), objects);
    assert_eq!((again.more, again.next), (read.more, read.next));
});
