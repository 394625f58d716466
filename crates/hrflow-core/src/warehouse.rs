//! Warehouses: the places that items are read from and written to.

use serde::Serialize;

use crate::item::DataType;

/// A place that holds items, under the name that users know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warehouse {
    /// Its name, such as `Teamtailor Profiles`.
    pub name: &'static str,
    /// What it holds.
    pub data_type: DataType,
    /// The vendor's endpoints that are used to read or write it.
    pub endpoints: Vec<Endpoint>,
}

/// An endpoint of a vendor's API, for documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// What it does, such as `Create a candidate`.
    pub name: &'static str,
    /// Method and path, such as `POST /v1/candidates`.
    pub request: &'static str,
    /// Where the vendor documents it.
    pub url: &'static str,
}
