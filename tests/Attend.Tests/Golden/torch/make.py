# Wrote the files in this folder, with PyTorch 1.13.1 on Debian 12:  python3 make.py FOLDER. Not needed to build or test.
import torch, collections, sys, json
out = sys.argv[1]
torch.manual_seed(7)
def state():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 7
    d = collections.OrderedDict()
    d['plain'] = base.clone()
    d['transposed'] = base.clone().t()
    d['column'] = base.clone()[:, 2]
    d['steps'] = base.clone()[::2, 1::3]
    shared = torch.arange(10, dtype=torch.float32)
    d['shared.whole'] = shared
    d['shared.part'] = shared[3:7]
    d['expanded'] = torch.tensor([5.5]).expand(3, 2)
    d['scalar'] = torch.tensor(2.5)
    d['empty'] = torch.zeros(0, 3)
    d['f64'] = torch.tensor([1.0, -2.25], dtype=torch.float64)
    d['f16'] = torch.tensor([1.5, -2.0], dtype=torch.float16)
    d['bf16'] = torch.tensor([1.5, -3.0], dtype=torch.bfloat16)
    d['i64'] = torch.arange(5).expand((1, -1))
    d['i32'] = torch.tensor([-7, 2**31 - 1], dtype=torch.int32)
    d['i16'] = torch.tensor([-7, 300], dtype=torch.int16)
    d['i8'] = torch.tensor([-7, 100], dtype=torch.int8)
    d['u8'] = torch.tensor([0, 255], dtype=torch.uint8)
    d['bool'] = torch.tensor([True, False, True])
    d['parameter'] = torch.nn.Parameter(torch.tensor([0.25, 0.5]))
    d._metadata = collections.OrderedDict({'': {'version': 1}})
    return d
s = state()
torch.save(s, out + '/zip.bin')
torch.save(s, out + '/legacy.bin', _use_new_zipfile_serialization=False)
torch.save({'epoch': 3, 'state_dict': s, 'lr': 0.1, 'name': 'x'}, out + '/wrapped.ckpt')
torch.save(s, out + '/protocol4.bin', pickle_protocol=4)
m = torch.nn.Sequential(collections.OrderedDict([('a', torch.nn.Linear(3, 2)), ('norm', torch.nn.BatchNorm1d(2))]))
torch.save(m.state_dict(), out + '/module.bin')
torch.save(m.state_dict(), out + '/module-legacy.bin', _use_new_zipfile_serialization=False)
torch.save(m, out + '/whole-module.bin')
torch.save(torch.ones(2), out + '/single.pt')
torch.save({'s': torch.eye(2).to_sparse()}, out + '/sparse.pt')
json.dump({k: [list(v.shape), str(v.dtype), [float(x) for x in v.detach().reshape(-1).tolist()]] for k, v in s.items()}, open(out + '/expected.json', 'w'))
