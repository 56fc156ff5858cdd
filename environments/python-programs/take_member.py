"""Takes one file out of a wheel (zip) or a source distribution (tar).

Arguments: the distribution, the path of the file in it, where to put the file. The top folder of a source
distribution is not part of the path.
"""

import shutil
import sys
import tarfile
import zipfile

distribution, path, target = sys.argv[1:]

if zipfile.is_zipfile(distribution):
    with zipfile.ZipFile(distribution) as archive, archive.open(path) as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy)
else:
    with tarfile.open(distribution) as archive:
        for member in archive:
            if member.isfile() and member.name.partition("/")[2] == path:
                with archive.extractfile(member) as source, open(target, "wb") as copy:
                    shutil.copyfileobj(source, copy)
                break
        else:
            sys.exit(f"{distribution} has no {path}")
