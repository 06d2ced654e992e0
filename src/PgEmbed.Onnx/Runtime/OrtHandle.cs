using System.Runtime.InteropServices;

namespace PgEmbed.Onnx.Runtime;

/// <summary>An object of ONNX Runtime, released when disposed and no call uses it any longer.</summary>
internal unsafe class OrtHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;

    public OrtHandle(nint pointer, delegate* unmanaged<nint, void> release)
        : base(0, ownsHandle: true)
    {
        _release = release;
        SetHandle(pointer);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps the object from being released until <see cref="SafeHandle.DangerousRelease"/>.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public nint Acquire()
    {
        var acquired = false;
        DangerousAddRef(ref acquired);
        return handle;
    }

    protected override bool ReleaseHandle()
    {
        _release(handle);
        return true;
    }
}
