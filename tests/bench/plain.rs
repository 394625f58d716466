//! The floor: a plain `reqwest` loop that sends the same requests as a run.
//!
//! It has every body prepared, reuses connections, reads each response completely and checks the status. It has no
//! retries, limits, journal or parsing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::{Result, ensure};
use bytes::Bytes;
use hrflow_connectors::teamtailor;
use hrflow_core::Target;
use reqwest::{Client, RequestBuilder};
use tokio::task::JoinSet;

use crate::{
    people,
    vendor::{Access, Vendor},
};

const JSON_API: &str = "application/vnd.api+json";

/// Builds a client without any options.
pub(crate) fn client() -> Result<Client> {
    let agent = concat!("hrflow-connectors/", env!("CARGO_PKG_VERSION"));
    Ok(Client::builder().user_agent(agent).no_proxy().tls_certs_only([]).build()?)
}

/// The prepared requests.
pub(crate) struct Plain {
    client: Client,
    access: Access,
    keys: Vec<String>,
    bodies: Vec<Bytes>,
}

impl Plain {
    pub(crate) fn new(vendor: &Vendor, count: usize) -> Result<Self> {
        let parameters = vendor.access.target_parameters()?;
        let bodies = people::profiles(count)?
            .iter()
            .map(|profile| {
                let candidate = teamtailor::format_profile(profile)?;
                let body = teamtailor::Candidates.preview(&parameters, &candidate);
                Ok(Bytes::from(serde_json::to_vec(&body)?))
            })
            .collect::<Result<_>>()?;
        let keys = people::people(count).map(|person| people::key(&person)).collect();
        Ok(Self { client: client()?, access: vendor.access.clone(), keys, bodies })
    }

    /// Sends the requests of a run over given items: the company once, then every candidate.
    pub(crate) async fn write(self: &Arc<Self>, count: usize, in_flight: usize) -> Result<()> {
        self.company().await?;
        let plain = self.clone();
        at_a_time(in_flight, count, move |index| {
            let plain = plain.clone();
            async move { plain.candidate(index).await }
        })
        .await
    }

    /// Sends the requests of one run per profile: the company, the profile, the candidate.
    pub(crate) async fn read_and_write(self: &Arc<Self>, count: usize, in_flight: usize) -> Result<()> {
        let plain = self.clone();
        at_a_time(in_flight, count, move |index| {
            let plain = plain.clone();
            async move {
                plain.company().await?;
                plain.profile(index).await?;
                plain.candidate(index).await
            }
        })
        .await
    }

    async fn company(&self) -> Result<()> {
        let request = self.client.get(format!("{}/v1/company", self.access.teamtailor));
        exchange(self.authorized(request), 200).await
    }

    async fn profile(&self, index: usize) -> Result<()> {
        let request = self
            .client
            .get(format!("{}profile/indexing", self.access.hrflow))
            .query(&[("source_key", people::SOURCE), ("key", &self.keys[index])])
            .header("X-API-KEY", &self.access.api_secret)
            .header("X-USER-EMAIL", &self.access.api_user);
        exchange(request, 200).await
    }

    async fn candidate(&self, index: usize) -> Result<()> {
        let request = self.client.post(format!("{}/v1/candidates", self.access.teamtailor));
        let request = request.header("Content-Type", JSON_API).body(self.bodies[index].clone());
        exchange(self.authorized(request), 201).await
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .header("X-Api-Version", &self.access.api_version)
            .header("Accept", JSON_API)
            .header("Authorization", format!("Token token={}", self.access.key))
    }
}

async fn exchange(request: RequestBuilder, expected: u16) -> Result<()> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.bytes().await?;
    ensure!(status == expected, "{status} in place of {expected}: {}", String::from_utf8_lossy(&body));
    Ok(())
}

/// Does `work` for each number below `count`, with as many tasks as are allowed in flight.
pub(crate) async fn at_a_time<W: Future<Output = Result<()>> + Send>(
    tasks: usize,
    count: usize,
    work: impl Fn(usize) -> W + Clone + Send + 'static,
) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut running: JoinSet<Result<()>> = JoinSet::new();
    for _ in 0..tasks {
        let (next, work) = (next.clone(), work.clone());
        running.spawn(async move {
            loop {
                match next.fetch_add(1, Ordering::Relaxed) {
                    index if index < count => work(index).await?,
                    _ => return Ok(()),
                }
            }
        });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}
