//! The addresses to which a download may connect.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::Instant;

/// The time for which the addresses of a name are cached.
const REMEMBERED: Duration = Duration::from_secs(60);

/// The largest number of cached names.
const MOST_NAMES: usize = 1_000;

/// The time limit of a name lookup. After it, the name counts as unresolvable.
const PATIENCE: Duration = Duration::from_secs(5);

/// Names that are never public: reserved for this machine and for private networks (RFC 6761, 6762, 8375). `internal`
/// is reserved by ICANN resolution 2024.07.29.06; clouds have their metadata servers there.
const LOCAL_NAMES: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

/// The addresses to which connections are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public Internet addresses.
    Public,
    /// Public Internet addresses, private networks and this machine.
    PublicAndLocal,
    /// Only this machine.
    Loopback,
}

/// The error for an address to which connections are not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is not one of the public Internet")
    }
}

impl std::error::Error for Refused {}

impl Reach {
    /// Whether connections to `address` are allowed.
    pub(super) fn includes(self, address: IpAddr) -> bool {
        match (self, nature(address)) {
            (Self::Loopback, nature) => nature == Nature::Loopback,
            (_, Nature::Public) => true,
            (Self::PublicAndLocal, Nature::Loopback | Nature::Private) => true,
            _ => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    Public,
    Loopback,
    Private,
    /// Addresses that are never allowed. These are link-local (where clouds keep machine credentials), multicast,
    /// unspecified, reserved and documentation addresses. IPv6 addresses that embed an IPv4 address are included,
    /// because they can lead to any network.
    Other,
}

fn nature(address: IpAddr) -> Nature {
    match address {
        IpAddr::V4(address) => nature_v4(address),
        IpAddr::V6(address) => nature_v6(address),
    }
}

fn nature_v4(address: Ipv4Addr) -> Nature {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => Nature::Loopback,
        // 100.64/10 is the shared space of carrier-grade address translation.
        (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Nature::Private,
        // "This network"; link-local.
        (0, ..) | (169, 254, _) => Nature::Other,
        // Protocol assignments, documentation, 6to4 relays, benchmarks, documentation.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => Nature::Other,
        // Multicast, reserved, broadcast.
        (224.., ..) => Nature::Other,
        _ => Nature::Public,
    }
}

fn nature_v6(address: Ipv6Addr) -> Nature {
    let [a, b, ..] = address.segments();
    match a {
        _ if address == Ipv6Addr::LOCALHOST => Nature::Loopback,
        // Unique local.
        0xfc00..=0xfdff => Nature::Private,
        // Tunnels over IPv4: Teredo and the rest of 2001::/23, 6to4 2002::/16. Documentation: 2001:db8::/32.
        0x2001 if b < 0x0200 || b == 0x0db8 => Nature::Other,
        0x2002 => Nature::Other,
        // Documentation 3fff::/20.
        0x3fff if b < 0x1000 => Nature::Other,
        // All public addresses are in 2000::/3. Outside are the mapped and translated IPv4 addresses (::ffff:0:0/96,
        // 64:ff9b::/96), link-local, site-local and multicast addresses.
        0x2000..=0x3fff => Nature::Public,
        _ => Nature::Other,
    }
}

/// Whether a name is reserved for private use: one of [`LOCAL_NAMES`], a name below it, or a name without a dot.
pub(super) fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_below =
        |local: &str| name.strip_suffix(local).is_some_and(|it| it.is_empty() || it.ends_with('.'));
    !name.contains('.') || LOCAL_NAMES.into_iter().any(is_below)
}

/// The cached addresses of names, for URLs that a vendor fetches. Clones share the cache.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(Arc<Mutex<HashMap<String, Resolved>>>);

/// The time of a lookup, and its addresses.
type Resolved = (Instant, Vec<IpAddr>);

impl Names {
    /// Whether all addresses of a name are within `reach`. This is also true for a name that does not resolve here.
    pub(super) async fn lead_only_to(&self, reach: Reach, name: &str) -> bool {
        self.addresses(name).await.into_iter().all(|address| reach.includes(embedded(address)))
    }

    async fn addresses(&self, name: &str) -> Vec<IpAddr> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some((at, addresses)) = known
            && at.elapsed() < REMEMBERED
        {
            return addresses;
        }
        let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((name, 0))).await;
        let found = found.ok().and_then(Result::ok);
        let addresses: Vec<IpAddr> = found.into_iter().flatten().map(|address| address.ip()).collect();
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        names.insert(name.to_owned(), (Instant::now(), addresses.clone()));
        addresses
    }
}

/// Returns the IPv4 address that an IPv6-only network writes as `64:ff9b::/96` (RFC 6052), or any other address
/// unchanged.
fn embedded(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                IpAddr::V4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
            }
            _ => address,
        },
        IpAddr::V4(_) => address,
    }
}

/// A resolver that returns only addresses in reach. The connection uses the checked addresses, so a name that changes
/// between two lookups cannot bypass the check.
#[derive(Debug, Clone)]
pub(super) struct FilteredDns {
    pub(super) reach: Reach,
}

impl Resolve for FilteredDns {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let some = !found.is_empty();
            let allowed: Vec<_> = found.into_iter().filter(|address| reach.includes(address.ip())).collect();
            if some && allowed.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

impl FilteredDns {
    pub(super) fn shared(reach: Reach) -> Arc<Self> {
        Arc::new(Self { reach })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(reach: Reach, addresses: &[&str], expected: bool) {
        for address in addresses {
            assert_eq!(reach.includes(address.parse().unwrap()), expected, "{reach:?} {address}");
        }
    }

    const PUBLIC: [&str; 6] =
        ["1.1.1.1", "100.63.0.1", "172.32.0.1", "203.0.112.9", "2606:4700::1", "2a00::1"];
    const LOCAL: [&str; 8] =
        ["127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"];
    const NEVER: [&str; 24] = [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:1.1.1.1",
        "::1.1.1.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    #[test]
    fn only_the_public_internet_unless_allowed() {
        all(Reach::Public, &PUBLIC, true);
        all(Reach::Public, &LOCAL, false);
        all(Reach::Public, &NEVER, false);
        all(Reach::PublicAndLocal, &PUBLIC, true);
        all(Reach::PublicAndLocal, &LOCAL, true);
        all(Reach::PublicAndLocal, &NEVER, false);
        all(Reach::Loopback, &["127.0.0.1", "::1"], true);
        all(Reach::Loopback, &PUBLIC, false);
        all(Reach::Loopback, &LOCAL[3..], false);
        all(Reach::Loopback, &NEVER, false);
    }

    #[test]
    fn names_of_private_networks_are_known() {
        for (name, expected) in [
            ("localhost", true),
            ("LOCALHOST.", true),
            ("a.localhost", true),
            ("metadata.google.internal", true),
            ("nas.local", true),
            ("router.home.arpa", true),
            ("intranet", true),
            ("files.example.com", false),
            ("localhost.example.com", false),
            ("notlocal.example", false),
            ("mylocal", true),
            ("x.nonlocal", false),
        ] {
            assert_eq!(is_local_name(name), expected, "{name}");
        }
    }

    /// A name is given to a vendor only if all of its addresses are in reach, because the vendor may use any of them.
    #[tokio::test]
    async fn a_name_with_one_private_address_is_not_given_away() {
        let names = Names::default();
        let know = |name: &str, addresses: &[&str]| {
            let addresses = addresses.iter().map(|it| it.parse().unwrap()).collect();
            names.0.lock().unwrap().insert(name.to_owned(), (Instant::now(), addresses));
        };
        know("public", &["1.1.1.1", "2606:4700::1"]);
        know("both", &["1.1.1.1", "10.0.0.1"]);
        know("metadata", &["169.254.169.254"]);
        know("translated", &["64:ff9b::101:101"]);
        know("translated-private", &["64:ff9b::a00:1"]);
        know("unknown", &[]);
        for (name, public, local) in [
            ("public", true, true),
            ("both", false, true),
            ("metadata", false, false),
            ("translated", true, true),
            ("translated-private", false, true),
            ("unknown", true, true),
        ] {
            assert_eq!(names.lead_only_to(Reach::Public, name).await, public, "{name}");
            assert_eq!(names.lead_only_to(Reach::PublicAndLocal, name).await, local, "{name}");
        }
        assert!(!Names::default().lead_only_to(Reach::Public, "localhost").await);
    }

    #[tokio::test]
    async fn names_resolve_to_addresses_in_reach_only() {
        let resolve = |reach| FilteredDns { reach }.resolve("localhost".parse().unwrap());
        assert!(resolve(Reach::Loopback).await.unwrap().all(|address| address.ip().is_loopback()));
        let Err(error) = resolve(Reach::Public).await else { panic!("localhost is not public") };
        assert!(error.is::<Refused>());
    }
}
