//! The interpreter's own interface, where pyo3's costs more than the work behind it: the only unsafe code of this
//! crate. Three things are made here: the values of claims, the class of what verifying gives, whose bytes
//! lie inside of its objects, and a quick way into a method that is mostly called with one `str`.
//!
//! What each `unsafe` leans on:
//! - *Called by the interpreter*: a slot or a method is called with the thread attached, and with live
//!   objects that the caller keeps for as long as the call takes. The first is of the class that the slot
//!   or the method was made for: a descriptor checks that before it calls.
//! - *Written once*: an object's bytes are written before anybody else has a pointer to it, and never
//!   after. Any number of threads may read them, with the interpreter's lock or without one.
//!
//! No panic crosses: see [`guarded`].

#![allow(unsafe_code, reason = "nowhere else")]

use crate::claims;
use pyo3::PyClass;
use pyo3::ffi::{
    self, Py_ssize_t, PyGetSetDef, PyMethodDef, PyMethodDefPointer, PyObject, PyType_Slot,
    PyVarObject,
};
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::pyclass::CompareOp;
use pyo3::pyclass::boolean_struct::True;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use std::ffi::{CStr, CString, c_int, c_uint, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{ptr, slice};

/// An exception is set, as the interpreter wants it from a function that gives nothing back.
pub(crate) struct Raised;

/// What a slot gives back.
pub(crate) type Answer<'py> = Result<Bound<'py, PyAny>, Raised>;

impl From<PyErr> for Raised {
    #[cold]
    fn from(error: PyErr) -> Self {
        Self::by(|_| error)
    }
}

impl Raised {
    /// Raises what `make` makes.
    #[cold]
    pub(crate) fn by(make: impl FnOnce(Python<'_>) -> PyErr) -> Self {
        attached(|py| make(py).restore(py));
        Self
    }

    /// Raises `KeyError` with the key.
    #[cold]
    pub(crate) fn missing(name: &Bound<'_, PyAny>) -> Self {
        // As the only argument: a tuple would be taken for all of them, an exception for what to raise.
        match PyTuple::new(name.py(), [name]) {
            Ok(arguments) => {
                // SAFETY: the thread is attached, as `name` shows, and both objects are alive.
                unsafe { ffi::PyErr_SetObject(ffi::PyExc_KeyError, arguments.as_ptr()) };
                Self
            }
            Err(error) => error.into(),
        }
    }
}

/// Runs `run` as pyo3 runs what it calls itself. Outside of it a `Py` that is dropped is not freed before
/// pyo3 is entered next; nothing else is different.
fn attached<T>(run: impl FnOnce(Python<'_>) -> T) -> T {
    let mut run = Some(run);
    match Python::try_attach(|py| run.take().map(|run| run(py))).flatten() {
        Some(done) => done,
        // The interpreter is about to end, and a finalizer calls.
        None => {
            // SAFETY: all that is called from here is *called by the interpreter*.
            let py = unsafe { Python::assume_attached() };
            run.take().map(|run| run(py)).unwrap_or_else(|| std::process::abort())
        }
    }
}

/// Ends a call by the interpreter: `failed` if an exception is set, which a panic becomes.
#[inline]
fn guarded<T>(failed: T, run: impl FnOnce() -> Result<T, Raised>) -> T {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(done)) => done,
        Ok(Err(Raised)) => failed,
        Err(_) => {
            // Without its text, which may hold what it panicked about.
            let Raised = PanicException::new_err("doorward has a bug").into();
            failed
        }
    }
}

/// As [`guarded`], for an object.
#[inline]
fn guarded_object<'py>(run: impl FnOnce() -> Answer<'py>) -> *mut PyObject {
    guarded(ptr::null_mut(), || run().map(Bound::into_ptr))
}

// Values of a claim. What pyo3 gives back for each, a result with an error that is large, costs as much as
// the value itself.

/// A `str` of this UTF-8.
#[inline]
pub(crate) fn text<'py>(py: Python<'py>, utf8: &[u8]) -> Answer<'py> {
    let len = Py_ssize_t::try_from(utf8.len()).unwrap_or(Py_ssize_t::MAX);
    // SAFETY: the thread is attached. So many bytes stand there, and are copied; no errors are named,
    // which means that there may be none.
    unsafe { new(py, ffi::PyUnicode_DecodeUTF8(utf8.as_ptr().cast(), len, ptr::null())) }
}

/// An `int`.
#[inline]
pub(crate) fn integer(py: Python<'_>, integer: i64) -> Answer<'_> {
    // SAFETY: the thread is attached.
    unsafe { new(py, ffi::PyLong_FromLongLong(integer)) }
}

/// # Safety
/// The object is new and its one reference ours, or it is null and an exception is set.
#[inline]
unsafe fn new<'py>(py: Python<'py>, object: *mut PyObject) -> Answer<'py> {
    // SAFETY: the caller's promise.
    unsafe { Bound::from_owned_ptr_or_opt(py, object) }.ok_or(Raised)
}

/// Puts a value into a dict under a name.
#[inline]
pub(crate) fn put<'py, T>(
    dict: &Bound<'py, PyDict>,
    name: &Bound<'py, T>,
    value: &Bound<'py, PyAny>,
) -> Result<(), Raised> {
    // SAFETY: the thread is attached, and all three are alive; the dict takes references of its own.
    match unsafe { ffi::PyDict_SetItem(dict.as_ptr(), name.as_ptr(), value.as_ptr()) } {
        0 => Ok(()),
        _ => Err(Raised),
    }
}

// The class of the claims: one allocation an object, by the interpreter's allocator for small ones.

static CLAIMS: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Where the bytes of an object begin.
const HEAD: usize = size_of::<PyVarObject>();

/// A new object with a copy of these bytes.
#[inline]
pub(crate) fn new_claims<'py>(py: Python<'py>, bytes: &[u8]) -> Answer<'py> {
    let class = claims_class(py)?.as_ptr().cast();
    let len = Py_ssize_t::try_from(bytes.len()).unwrap_or(Py_ssize_t::MAX);
    // SAFETY: the thread is attached; the class is of a variable size, with items of one byte.
    let object = unsafe { ffi::PyObject_NewVar::<u8>(class, len) };
    if object.is_null() {
        return Err(Raised);
    }
    // SAFETY: behind the head is room for `len` bytes, apart from `bytes`, since the object is new. With
    // them it is whole, and its one reference is ours to give.
    unsafe {
        ptr::copy_nonoverlapping(bytes.as_ptr(), object.add(HEAD), bytes.len());
        Ok(Bound::from_owned_ptr(py, object.cast()))
    }
}

/// The bytes of an object of the class; `None` for any other object.
pub(crate) fn claims_bytes<'a>(object: &'a Bound<'_, PyAny>) -> Option<&'a [u8]> {
    let class = CLAIMS.get(object.py())?;
    // No object is of a class under it: it cannot be inherited from.
    let is_one = object.get_type().is(class);
    // SAFETY: it is one, and `object` keeps it.
    is_one.then(|| unsafe { bytes_at(object.as_ptr()) })
}

/// # Safety
/// The object is of the class, and is kept for as long as the slice.
#[inline]
unsafe fn bytes_at<'a>(object: *mut PyObject) -> &'a [u8] {
    // SAFETY: *written once*, so many bytes, by `new_claims`: the class has no constructor.
    unsafe {
        let len = usize::try_from(ffi::Py_SIZE(object)).unwrap_or_default();
        slice::from_raw_parts(object.cast::<u8>().add(HEAD), len)
    }
}

unsafe extern "C" fn free(object: *mut PyObject) {
    // SAFETY: *called by the interpreter* for the last reference. The memory is of `PyObject_NewVar`,
    // which took a reference to the class, too.
    unsafe {
        let class = ffi::Py_TYPE(object);
        ffi::PyObject_Free(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

/// Slots and methods that need the object alone.
macro_rules! of_the_bytes {
    ($( $name:ident($($unused:ty)?) = $answer:path; )*) => { $(
        unsafe extern "C" fn $name(this: *mut PyObject, $(_: $unused)?) -> *mut PyObject {
            // SAFETY: *called by the interpreter*.
            let bytes = unsafe { bytes_at(this) };
            attached(|py| guarded_object(|| $answer(py, bytes)))
        }
    )* };
}

of_the_bytes! {
    raw(*mut c_void) = claims::raw;
    to_dict(*mut PyObject) = claims::to_dict;
    keys(*mut PyObject) = claims::keys;
    values(*mut PyObject) = claims::values;
    items(*mut PyObject) = claims::items;
    iterate() = claims::iterate;
    represent() = claims::represent;
}

unsafe extern "C" fn length(this: *mut PyObject) -> Py_ssize_t {
    // SAFETY: *called by the interpreter*.
    let bytes = unsafe { bytes_at(this) };
    guarded(-1, || Ok(Py_ssize_t::try_from(claims::count(bytes)).unwrap_or(Py_ssize_t::MAX)))
}

unsafe extern "C" fn contains(this: *mut PyObject, name: *mut PyObject) -> c_int {
    // SAFETY: *called by the interpreter*.
    let bytes = unsafe { bytes_at(this) };
    attached(|py| {
        // SAFETY: as above.
        let name = unsafe { Borrowed::from_ptr(py, name) };
        guarded(-1, || Ok(c_int::from(claims::contains(bytes, &name))))
    })
}

/// `claims[name]`: the one that has to be quick, and is not `attached`.
unsafe extern "C" fn subscript(this: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    // SAFETY: *called by the interpreter*.
    let (bytes, name) =
        unsafe { (bytes_at(this), Borrowed::from_ptr(Python::assume_attached(), name)) };
    guarded_object(|| claims::item(bytes, &name))
}

unsafe extern "C" fn compare(
    this: *mut PyObject,
    other: *mut PyObject,
    operator: c_int,
) -> *mut PyObject {
    // SAFETY: *called by the interpreter*.
    let bytes = unsafe { bytes_at(this) };
    attached(|py| {
        // SAFETY: as above.
        let other = unsafe { Borrowed::from_ptr(py, other) };
        guarded_object(|| match CompareOp::from_raw(operator) {
            Some(CompareOp::Eq) => claims::compare(bytes, &other, CompareOp::Eq),
            Some(CompareOp::Ne) => claims::compare(bytes, &other, CompareOp::Ne),
            _ => Ok(py.NotImplemented().into_bound(py)),
        })
    })
}

unsafe extern "C" fn get(
    this: *mut PyObject,
    arguments: *mut *mut PyObject,
    count: Py_ssize_t,
) -> *mut PyObject {
    // SAFETY: *called by the interpreter*, with so many arguments.
    let bytes = unsafe { bytes_at(this) };
    attached(|py| {
        // SAFETY: as above.
        let arguments = unsafe { arguments_at(py, arguments, count) };
        guarded_object(|| claims::get(py, bytes, &arguments))
    })
}

/// # Safety
/// So many live objects stand there.
unsafe fn arguments_at<'py>(
    py: Python<'py>,
    at: *const *mut PyObject,
    count: Py_ssize_t,
) -> Vec<Bound<'py, PyAny>> {
    (0..usize::try_from(count).unwrap_or_default())
        // SAFETY: within what the caller promises; `from_borrowed_ptr` takes a reference of its own.
        .map(|nth| unsafe { Bound::from_borrowed_ptr(py, *at.add(nth)) })
        .collect()
}

/// The class. Made once.
pub(crate) fn claims_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    CLAIMS.get_or_try_init(py, || new_claims_class(py)).map(|class| class.bind(py))
}

fn new_claims_class(py: Python<'_>) -> PyResult<Py<PyType>> {
    type NoArguments = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
    let method = |name: &'static CStr, function: NoArguments, doc: &'static CStr| PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: PyMethodDefPointer { PyCFunction: function },
        ml_flags: ffi::METH_NOARGS,
        ml_doc: doc.as_ptr(),
    };
    // The class points to these for as long as the process runs.
    let methods: &'static mut [PyMethodDef; 6] = Box::leak(Box::new([
        method(c"to_dict", to_dict, claims::TO_DICT),
        method(c"keys", keys, claims::KEYS),
        method(c"values", values, claims::VALUES),
        method(c"items", items, claims::ITEMS),
        PyMethodDef {
            ml_name: c"get".as_ptr(),
            ml_meth: PyMethodDefPointer { PyCFunctionFast: get },
            ml_flags: ffi::METH_FASTCALL,
            ml_doc: claims::GET.as_ptr(),
        },
        PyMethodDef::zeroed(),
    ]));
    let getters: &'static mut [PyGetSetDef; 2] = Box::leak(Box::new([
        PyGetSetDef {
            name: c"raw".as_ptr(),
            get: Some(raw),
            set: None,
            doc: claims::RAW.as_ptr(),
            closure: ptr::null_mut(),
        },
        PyGetSetDef::default(),
    ]));
    let slot = |slot, pfunc| PyType_Slot { slot, pfunc };
    let mut slots = [
        slot(ffi::Py_tp_doc, claims::DOC.as_ptr().cast_mut().cast()),
        slot(ffi::Py_tp_dealloc, free as *mut c_void),
        slot(ffi::Py_tp_repr, represent as *mut c_void),
        slot(ffi::Py_tp_iter, iterate as *mut c_void),
        slot(ffi::Py_tp_richcompare, compare as *mut c_void),
        slot(ffi::Py_mp_subscript, subscript as *mut c_void),
        slot(ffi::Py_mp_length, length as *mut c_void),
        slot(ffi::Py_sq_contains, contains as *mut c_void),
        slot(ffi::Py_tp_methods, methods.as_mut_ptr().cast()),
        slot(ffi::Py_tp_getset, getters.as_mut_ptr().cast()),
        slot(0, ptr::null_mut()),
    ];
    let flags = ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION;
    let mut spec = ffi::PyType_Spec {
        name: c"doorward.jwt.Claims".as_ptr(),
        basicsize: c_int::try_from(HEAD).unwrap_or(c_int::MAX),
        itemsize: 1,
        flags: c_uint::try_from(flags).unwrap_or_default(),
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: attached. Each slot's function has the signature of its slot, the lists end with an empty
    // entry, and what the class goes on pointing to is never freed; the rest it copies.
    let class = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&raw mut spec))? };
    Ok(class.cast_into::<PyType>()?.unbind())
}

// The quick way into a method of pyo3's.

/// A method that is mostly called with one `str`.
pub(crate) trait Quick {
    /// Whose method it is.
    type Class: PyClass<Frozen = True> + Sync;

    /// Its name.
    const NAME: &'static CStr;

    /// Answers a call with one `str`. Of this `text` is the UTF-8.
    fn answer<'py>(py: Python<'py>, this: &Self::Class, text: &[u8]) -> Answer<'py>;

    /// Where the method is kept that pyo3 has made, which answers any other call.
    fn usual() -> &'static PyOnceLock<Py<PyAny>>;
}

/// Puts the quick way before the method.
pub(crate) fn install<Q: Quick>(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Q::Class>();
    let name = PyString::new(py, &Q::NAME.to_string_lossy());
    let usual = class.getattr(&name)?;
    let signature: String = usual.getattr("__text_signature__")?.extract()?;
    let doc: String = usual.getattr("__doc__")?.extract()?;
    let doc = CString::new(format!("{name}{signature}\n--\n\n{doc}"))?;
    if Q::usual().set(py, usual.unbind()).is_err() {
        return Ok(());
    }
    // The descriptor points to both for as long as the process runs.
    let method = Box::leak(Box::new(PyMethodDef {
        ml_name: Q::NAME.as_ptr(),
        ml_meth: PyMethodDefPointer { PyCFunctionFastWithKeywords: enter::<Q> },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: doc.into_raw(),
    }));
    // SAFETY: attached; the class is alive, and the function's signature is what the flags say.
    let method = unsafe {
        Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMethod(class.as_type_ptr(), method))?
    };
    class.setattr(name, method)
}

unsafe extern "C" fn enter<Q: Quick>(
    this: *mut PyObject,
    arguments: *const *mut PyObject,
    count: Py_ssize_t,
    names: *mut PyObject,
) -> *mut PyObject {
    guarded_object(|| {
        // SAFETY: *called by the interpreter*.
        let py = unsafe { Python::assume_attached() };
        if count == 1 && names.is_null() {
            // SAFETY: *called by the interpreter*, with one argument.
            if let Some(text) = unsafe { text_of(*arguments) } {
                // SAFETY: the descriptor is the class's.
                let this = unsafe { Borrowed::from_ptr(py, this).cast_unchecked::<Q::Class>() };
                return Q::answer(py, this.get(), text);
            }
        }
        // SAFETY: *called by the interpreter*: `count` arguments, and then one for each name.
        unsafe { call_usual::<Q>(py, this, arguments, count, names) }
    })
}

/// The UTF-8 of a `str`, unless it is of a class under it or has none.
///
/// # Safety
/// The object is alive, and is kept for as long as the slice.
#[inline]
unsafe fn text_of<'a>(object: *mut PyObject) -> Option<&'a [u8]> {
    // SAFETY: the object is alive. A `str` keeps its UTF-8, and never changes it.
    unsafe {
        if ffi::PyUnicode_CheckExact(object) == 0 {
            return None;
        }
        let mut len = 0;
        let text = ffi::PyUnicode_AsUTF8AndSize(object, &raw mut len);
        if text.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Some(slice::from_raw_parts(text.cast(), usize::try_from(len).unwrap_or_default()))
    }
}

/// # Safety
/// `count` live objects stand at `arguments`, and then one for each name of the tuple `names`, which may
/// be null.
#[cold]
unsafe fn call_usual<'py, Q: Quick>(
    py: Python<'py>,
    this: *mut PyObject,
    arguments: *const *mut PyObject,
    count: Py_ssize_t,
    names: *mut PyObject,
) -> Answer<'py> {
    // SAFETY: the caller's promise.
    let (this, given, names) = unsafe {
        (
            Bound::from_borrowed_ptr(py, this),
            arguments_at(py, arguments, count),
            Bound::from_borrowed_ptr_or_opt(py, names),
        )
    };
    let keywords = PyDict::new(py);
    if let Some(names) = names {
        let names = names.cast_into::<PyTuple>().map_err(PyErr::from)?;
        let more = Py_ssize_t::try_from(names.len()).unwrap_or_default();
        // SAFETY: the caller's promise.
        let values = unsafe { arguments_at(py, arguments.add(given.len()), more) };
        for (name, value) in names.iter().zip(values) {
            keywords.set_item(name, value)?;
        }
    }
    let all = PyTuple::new(py, std::iter::once(this).chain(given).collect::<Vec<_>>())?;
    let usual = Q::usual().get(py).ok_or(Raised)?;
    Ok(usual.bind(py).call(all, Some(&keywords))?)
}
