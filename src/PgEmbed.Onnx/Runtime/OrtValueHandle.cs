using System.Buffers;

namespace PgEmbed.Onnx.Runtime;

/// <summary>A value of ONNX Runtime and the pin of the memory it lies over, which must outlive it.</summary>
internal sealed unsafe class OrtValueHandle(nint pointer, delegate* unmanaged<nint, void> release, MemoryHandle pin)
    : OrtHandle(pointer, release)
{
    // Not readonly: disposing a copy would leave this one thinking it is still pinned.
    private MemoryHandle _pin = pin;

    protected override bool ReleaseHandle()
    {
        var released = base.ReleaseHandle();
        _pin.Dispose();
        return released;
    }
}
