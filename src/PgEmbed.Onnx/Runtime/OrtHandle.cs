using System.Runtime.InteropServices;

namespace PgEmbed.Onnx.Runtime;

/// <summary>An object of ONNX Runtime, released when disposed and no call uses it any longer.</summary>
internal unsafe class OrtHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;
    private volatile bool _disposed;

    public OrtHandle(nint pointer, delegate* unmanaged<nint, void> release)
        : base(0, ownsHandle: true)
    {
        _release = release;
        SetHandle(pointer);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps the object from being released until <see cref="SafeHandle.DangerousRelease"/>.</summary>
    /// <param name="owner">What the caller knows the object as.</param>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public nint Acquire(object owner)
    {
        ThrowIfDisposed(owner);
        var acquired = false;
        DangerousAddRef(ref acquired);
        return handle;
    }

    /// <remarks>A SafeHandle counts as closed only when its last user lets go, not yet when it is disposed.</remarks>
    public void ThrowIfDisposed(object owner) => ObjectDisposedException.ThrowIf(_disposed, owner);

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        _release(handle);
        return true;
    }
}
