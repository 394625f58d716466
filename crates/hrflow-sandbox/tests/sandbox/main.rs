//! The stand-ins over real HTTP, against what is published about the vendors.

mod ceipal_access;
mod ceipal_applicants;
mod ceipal_apply;
mod ceipal_control;
mod ceipal_jobs;
mod ceipal_lists;
mod ceipal_support;
mod control;
mod faults;
mod files;
mod hrflow;
mod support;
mod teamtailor_access;
mod teamtailor_candidates;
mod teamtailor_extras;
mod teamtailor_lists;
mod ukgpro_access;
mod ukgpro_applications;
mod ukgpro_candidates;
mod ukgpro_control;
mod ukgpro_documents;
mod ukgpro_lists;
mod ukgpro_support;
