//! The stand-ins over real HTTP, against what is published about the vendors.

mod control;
mod faults;
mod files;
mod hrflow;
mod jobadder_access;
mod jobadder_candidates;
mod jobadder_control;
mod jobadder_lists;
mod jobadder_support;
mod jobadder_uploads;
mod support;
mod teamtailor_access;
mod teamtailor_candidates;
mod teamtailor_extras;
mod teamtailor_lists;
