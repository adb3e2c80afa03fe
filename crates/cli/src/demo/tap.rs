//! A wire with an ear: forwards TCP connections on loopback and keeps every byte of both directions.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result};

/// A recorded wire to one server.
#[derive(Debug)]
pub(crate) struct Tap {
    address: SocketAddr,
    to_client: Log,
    to_server: Log,
}

/// The bytes of each connection.
type Log = Arc<Mutex<Vec<Vec<u8>>>>;

impl Tap {
    /// Listens on a free loopback port and forwards to `server`.
    pub(crate) fn open(server: SocketAddr) -> Result<Self> {
        let listener =
            TcpListener::bind("127.0.0.1:0").context("cannot listen on a loopback port")?;
        let tap = Self {
            address: listener.local_addr()?,
            to_client: Log::default(),
            to_server: Log::default(),
        };
        let (to_client, to_server) = (tap.to_client.clone(), tap.to_server.clone());
        // The thread ends with the process: a connection more costs nothing.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(upstream) = TcpStream::connect(server) else {
                    continue;
                };
                forward(&client, &upstream, &to_server);
                forward(&upstream, &client, &to_client);
            }
        });
        Ok(tap)
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/taxii2/", self.address)
    }

    /// Every byte that clients received so far, by connection.
    pub(crate) fn received_by_client(&self) -> Vec<Vec<u8>> {
        read(&self.to_client)
    }

    /// Every byte that the server received so far, by connection.
    pub(crate) fn received_by_server(&self) -> Vec<Vec<u8>> {
        read(&self.to_server)
    }
}

/// How many bytes connections carried.
pub(crate) fn size(connections: &[Vec<u8>]) -> u64 {
    let bytes: usize = connections.iter().map(Vec::len).sum();
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn read(log: &Log) -> Vec<Vec<u8>> {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn forward(from: &TcpStream, to: &TcpStream, log: &Log) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else {
        return;
    };
    let log = log.clone();
    let connection = {
        let mut connections = log.lock().unwrap_or_else(PoisonError::into_inner);
        connections.push(Vec::new());
        connections.len() - 1
    };
    thread::spawn(move || {
        let mut buffer = vec![0; BUFFER_BYTES];
        while let Ok(count) = from.read(&mut buffer) {
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            // Kept before it is passed on: whoever has a byte finds it in the record.
            if let Some(kept) = log
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_mut(connection)
            {
                kept.extend_from_slice(bytes);
            }
            if to.write_all(bytes).is_err() {
                break;
            }
        }
        // The other end learns that this one is done; where it is gone already there is nothing to learn.
        let _ = to.shutdown(Shutdown::Write);
    });
}

const BUFFER_BYTES: usize = 64 * 1024;
