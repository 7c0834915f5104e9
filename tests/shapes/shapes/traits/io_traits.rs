// Calls: as many as the readers and writers of the standard library make.
use std::io::{self, Read, Seek, SeekFrom, Write};

use shapes::prelude::*;

/// Gives and takes one byte at a time.
#[derive(Default)]
struct Slow {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Slow {
    #[shape]
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let (Some(from), Some(to)) = (self.bytes.get(self.at), into.first_mut()) else { return Ok(0) };
        *to = *from;
        self.at += 1;
        Ok(1)
    }
}

impl Write for Slow {
    #[shape]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let first = bytes.first().ok_or(io::ErrorKind::WriteZero)?;
        if *first == b'!' {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        self.bytes.push(*first);
        Ok(1)
    }

    #[shape]
    fn flush(&mut self) -> io::Result<()> {
        note("flush");
        Ok(())
    }
}

impl Seek for Slow {
    #[shape]
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(at) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        self.at = usize::try_from(at).map_err(io::Error::other)?;
        Ok(at)
    }
}

pub(super) fn run() {
    let mut slow = Slow::default();
    show("written", write!(slow, "{}-{}", 1, 2).and_then(|()| slow.flush()).is_ok());
    show("refused", slow.write_all(b"a!b").map_err(|error| error.kind()));
    show("end", slow.seek(SeekFrom::End(0)).map_err(|error| error.kind()));
    show("start", slow.rewind().is_ok());
    let mut text = String::new();
    show("read", slow.read_to_string(&mut text).ok());
    show("text", text);
}
